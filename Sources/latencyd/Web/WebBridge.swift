internal import Exporter
internal import Platform

/// Carries requests from the HTTP server to the routes, and their responses back.
enum WebBridge {
    /// Fast compression: a page is read once, by a machine nearby.
    static let gzipLevel = 1
    /// Pages of so many bytes are made from so much that what was freed is worth giving back to the kernel.
    static let largePageBytes = 4 << 20

    static func handler(
        _ router: WebRouter, pages: SharedPages = SharedPages()
    ) -> @Sendable (HTTPRequest) -> HTTPResponse {
        { request in pages.response(to: request) { response(to: request, router) } }
    }

    private static func response(to request: HTTPRequest, _ router: WebRouter) -> HTTPResponse {
        let response = router.respond(
            to: WebRequest(
                method: request.method, path: request.path, accept: request.header("Accept"),
                acceptEncoding: request.header("Accept-Encoding"), host: request.header("Host")?.lowercased(),
                origin: request.header("Origin"), fetchSite: request.header("Sec-Fetch-Site")))
        var headers = [HTTPField("Content-Type", response.contentType)]
        headers += response.headers.map { HTTPField($0.name, $0.value) }
        defer { if response.body.count >= largePageBytes { FreedMemory.giveBack() } }
        guard response.gzip else {
            return HTTPResponse(status: response.status, headers: headers, body: response.body)
        }
        headers.append(HTTPField("Content-Encoding", "gzip"))
        let body = Gzip.compress(response.body, level: gzipLevel)
        return HTTPResponse(status: response.status, headers: headers, body: body)
    }
}
