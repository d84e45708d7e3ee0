/// The daemon's HTTP interface as a function from request to response.
public struct WebRouter: Sendable {
    private let source: any WebSource

    public init(source: any WebSource) {
        self.source = source
    }

    /// The answer to `request`. May take as long as `WebSource` does: a reload reads files.
    public func respond(to request: WebRequest) -> WebResponse {
        let path = request.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        var response = routed(request, path: String(path))
        response.headers.append(WebHeader("X-Content-Type-Options", "nosniff"))
        response.headers.append(WebHeader("Referrer-Policy", "no-referrer"))
        response.gzip =
            response.body.count >= WebResponse.gzipMinBytes
            && ContentCoding.prefersGzip(acceptEncoding: request.acceptEncoding)
        return response
    }

    private func routed(_ request: WebRequest, path: String) -> WebResponse {
        guard let route = WebRouteCatalogue.all.first(where: { $0.path == path }) else {
            return failure(404, "not_found", "nothing here; / lists what there is", path: path)
        }
        guard route.methods.contains(request.method) else {
            let allowed = route.methods.joined(separator: ", ")
            var response = failure(405, "bad_data", "this path answers \(allowed) only", path: path)
            response.headers.append(WebHeader("Allow", allowed))
            return response
        }
        return route.respond(request, source)
    }

    /// An error in Prometheus' JSON shape below `/api/`, else as text.
    private func failure(_ status: Int, _ type: String, _ message: String, path: String) -> WebResponse {
        guard path.hasPrefix("/api/") else { return .text(message + ".\n", status: status) }
        let error: [(String, JSONTree)] = [
            ("status", .string("error")), ("errorType", .string(type)), ("error", .string(message)),
        ]
        return .json(JSONTree.object(error).bytes, status: status)
    }
}
