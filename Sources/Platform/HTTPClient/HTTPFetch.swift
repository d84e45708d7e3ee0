/// A page to be fetched, by GET unless it has a form.
public struct HTTPFetch: Sendable, Hashable {
    /// `http://` or `https://`; nothing else is taken.
    public var url: String
    /// Further request headers, `Name: value` each.
    public var headers: [String]
    /// Sent by POST, already encoded, as `application/x-www-form-urlencoded` unless a header names another type; nil for
    /// GET.
    public var form: String?
    public var authorization: HTTPAuthorization?
    public var security: HTTPSecurity
    /// The longest body, in bytes; a longer one makes the fetch fail.
    public var bodyBytesMax: Int
    /// For the connection to be made, in seconds.
    public var connectSeconds: Double
    /// For everything, in seconds.
    public var totalSeconds: Double

    public init(
        url: String, headers: [String] = [], form: String? = nil, authorization: HTTPAuthorization? = nil,
        security: HTTPSecurity = HTTPSecurity(), bodyBytesMax: Int = 16 << 20, connectSeconds: Double = 2,
        totalSeconds: Double = 5
    ) {
        self.url = url
        self.headers = headers
        self.form = form
        self.authorization = authorization
        self.security = security
        self.bodyBytesMax = bodyBytesMax
        self.connectSeconds = connectSeconds
        self.totalSeconds = totalSeconds
    }
}

/// A page as it was fetched.
public struct HTTPPage: Sendable, Hashable {
    public var status: Int
    /// As the server wrote it; nil when it named none.
    public var contentType: String?
    /// Empty when a sink took it.
    public var body: [UInt8]
    /// From the start to the last byte.
    public var seconds: Double

    public init(status: Int, contentType: String?, body: [UInt8], seconds: Double) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.seconds = seconds
    }
}

/// Why no page came. A page with a status other than 200 is a page.
public enum HTTPFetchError: Error, Sendable, Hashable {
    /// The URL is none, or of another protocol.
    case badURL
    /// There is no such host.
    case notResolved
    /// Nobody listens there, or the way there is closed.
    case notConnected
    /// It took longer than it might.
    case timedOut
    /// The body is longer than it might be.
    case tooLong(limitBytes: Int)
    /// What came is no HTTP, or ended too early.
    case malformed
    /// The body is not packed as its head says, damaged or cut short.
    case notUnpacked(String)
    /// The sink wanted no more of the body.
    case notTaken
    /// The token, user or password cannot be sent.
    case badAuthorization
    /// No secure connection, with the library's words.
    case notSecure(HTTPSecurityFault, String)
    /// Anything else, in the library's words.
    case other(String)
}

extension HTTPFetchError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badURL: "it is no URL that begins with http:// or https://"
        case .notResolved: "there is no such host"
        case .notConnected: "nobody listens there"
        case .timedOut: "no answer in time"
        case .tooLong(let limitBytes): "the answer is longer than \(limitBytes) bytes"
        case .malformed: "what came is no HTTP, or ended too early"
        case .notUnpacked(let reason): reason
        case .notTaken: "the answer is not what was asked for"
        case .badAuthorization: "a token must not have spaces or control characters, and a user no colon"
        case .notSecure(_, let reason): "no secure connection: \(reason)"
        case .other(let reason): reason
        }
    }
}
