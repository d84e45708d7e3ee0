/// The page that Prometheus reads.
enum MetricsRoutes {
    static let all = [
        WebRoute.page("/metrics", "Everything measured, for Prometheus and whatever reads its formats") {
            request, source in
            let choice = ExpositionNegotiation.choose(accept: request.accept)
            return WebResponse(
                status: 200, contentType: choice.contentType, body: choice.format.page(source.metricFamilies()),
                headers: [
                    WebHeader("Cache-Control", "no-store"), WebHeader("Vary", "Accept, Accept-Encoding"),
                ])
        }
    ]
}
