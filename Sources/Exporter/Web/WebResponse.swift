/// One header line of a response.
public struct WebHeader: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An answer, to be sent as it is.
///
/// The answer to `HEAD` has the body of the `GET`, for its length: whoever sends it leaves the body out.
public struct WebResponse: Sendable, Equatable {
    /// Shorter bodies are not worth compressing, bytes.
    public static let gzipMinBytes = 1024

    /// The HTTP status code.
    public var status: Int
    /// The `Content-Type`.
    public var contentType: String
    /// Not compressed.
    public var body: [UInt8]
    /// Whether to send the body compressed, with `Content-Encoding: gzip`.
    public var gzip = false
    /// All other headers but those of the connection and the length.
    public var headers: [WebHeader]

    public init(status: Int, contentType: String, body: [UInt8], headers: [WebHeader] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }

    /// Plain text; what it says holds for this moment only.
    static func text(_ text: String, status: Int = 200) -> WebResponse {
        WebResponse(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8),
            headers: [WebHeader("Cache-Control", "no-store")])
    }

    /// JSON; what it says holds for this moment only.
    static func json(_ body: [UInt8], status: Int = 200) -> WebResponse {
        WebResponse(
            status: status, contentType: "application/json", body: body,
            headers: [WebHeader("Cache-Control", "no-store")])
    }
}
