/// The page for people who open the address in a browser.
enum LandingRoutes {
    static let all = [
        WebRoute.page("/") { _, source in
            WebResponse(
                status: 200, contentType: "text/html; charset=utf-8",
                body: LandingPage(build: source.buildInformation, isReady: source.isReady).html(),
                headers: [
                    WebHeader("Cache-Control", "no-store"),
                    WebHeader("Content-Security-Policy", LandingPage.contentSecurityPolicy),
                ])
        }
    ]
}
