/// A request as a handler sees it: complete, checked, and without a body.
public struct HTTPRequest: Sendable, Equatable {
    /// `GET` or `POST`. A `HEAD` request comes as `GET`; the server leaves the body out of the response.
    public let method: String
    /// The path with percent escapes decoded and without the query, for example `/metrics`. Bytes that are not UTF-8
    /// appear as U+FFFD.
    public let path: String
    /// The query's parameters in the order sent, decoded; the value is nil where there is no `=`.
    public let query: [(name: String, value: String?)]
    /// The header lines in the order sent.
    public let headers: [HTTPField]
    /// The client's address and port, for example `127.0.0.1:40312` or `[::1]:40312`; empty when not known.
    public let peer: String

    public init(
        method: String = "GET", path: String, query: [(name: String, value: String?)] = [], headers: [HTTPField] = [],
        peer: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.peer = peer
    }

    /// The value of the header `name` (case is ignored), several joined with `, `; nil when there is none.
    public func header(_ name: String) -> String? {
        let values = headers.filter { $0.isNamed(name) }.map(\.value)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    public static func == (one: HTTPRequest, other: HTTPRequest) -> Bool {
        one.method == other.method && one.path == other.path && one.headers == other.headers && one.peer == other.peer
            && one.query.elementsEqual(other.query) { $0.name == $1.name && $0.value == $1.value }
    }
}
