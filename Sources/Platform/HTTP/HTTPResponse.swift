/// What a handler answers.
public struct HTTPResponse: Sendable, Equatable {
    /// 200 to 599; anything else is sent as 500.
    public var status: Int
    /// `Date`, `Content-Length`, `Transfer-Encoding` and `Connection` are the server's and left out if given here.
    public var headers: [HTTPField]
    public var body: HTTPBody

    public init(status: Int = 200, headers: [HTTPField] = [], body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public init(status: Int = 200, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.init(status: status, headers: headers, body: HTTPBody(body))
    }

    /// One line of plain text.
    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "text/plain; charset=utf-8")],
            body: Array((text + "\n").utf8))
    }
}
