internal import Exporter
internal import Platform

/// The pages of `/metrics` that are being sent: clients that ask at the same time get the same one.
///
/// Holds no page itself: one is forgotten when the last client has it.
final class SharedPages: Sendable {
    /// A page is handed out again for so long after it was rendered.
    static let ageSecondsMax = 0.5

    /// What decides a page's bytes, besides the moment.
    struct Kind: Hashable {
        var format: ObjectIdentifier
        var isCompressed: Bool
    }

    private struct Page {
        weak var body: HTTPBody?
        var headers: [HTTPField]
        var renderedSeconds: Double
    }

    private let pages = Locked<[Kind: Page]>([:])
    private let nowSeconds: @Sendable () -> Double

    init(nowSeconds: @escaping @Sendable () -> Double = HostClock.monotonicSeconds) { self.nowSeconds = nowSeconds }

    /// The page for `request`, shared if it can be, else rendered; `render` decides about everything but `/metrics`.
    func response(to request: HTTPRequest, render: () -> HTTPResponse) -> HTTPResponse {
        guard request.method == "GET", request.path == "/metrics" else { return render() }
        let choice = ExpositionNegotiation.choose(accept: request.header("Accept"))
        let kind = Kind(
            format: ObjectIdentifier(type(of: choice.format)),
            isCompressed: ContentCoding.prefersGzip(acceptEncoding: request.header("Accept-Encoding")))
        if let page = pages.withLock({ $0[kind] }), let body = page.body,
            (0...Self.ageSecondsMax).contains(nowSeconds() - page.renderedSeconds)
        {
            // One format goes by several types.
            let headers = page.headers.map {
                $0.isNamed("Content-Type") ? HTTPField($0.name, choice.contentType) : $0
            }
            return HTTPResponse(headers: headers, body: body)
        }
        let response = render()
        if response.status == 200 {
            let page = Page(body: response.body, headers: response.headers, renderedSeconds: nowSeconds())
            pages.withLock { $0[kind] = page }
        }
        return response
    }
}
