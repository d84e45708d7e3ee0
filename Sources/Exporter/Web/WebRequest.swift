/// What the routes need of a request.
public struct WebRequest: Sendable {
    /// In upper case, as sent: `GET`.
    public var method: String
    /// The path; a query behind `?` is not looked at.
    public var path: String
    /// The value of the `Accept` header; of several, joined by commas. Nil when there is none.
    public var accept: String?
    /// The value of the `Accept-Encoding` header; of several, joined by commas. Nil when there is none.
    public var acceptEncoding: String?

    /// The values of `Host`, `Origin` and `Sec-Fetch-Site`, likewise: where a browser's request is from.
    public var host: String?
    public var origin: String?
    public var fetchSite: String?

    public init(
        method: String, path: String, accept: String? = nil, acceptEncoding: String? = nil, host: String? = nil,
        origin: String? = nil, fetchSite: String? = nil
    ) {
        self.method = method
        self.path = path
        self.accept = accept
        self.acceptEncoding = acceptEncoding
        self.host = host
        self.origin = origin
        self.fetchSite = fetchSite
    }
}
