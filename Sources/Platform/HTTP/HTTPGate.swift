/// Decides who gets an answer. Asked on the server's thread, for each request that is in order.
public protocol HTTPGate: Sendable {
    func decide(_ request: HTTPRequest) -> HTTPGateDecision
}

/// What becomes of a request at a gate.
public enum HTTPGateDecision: Sendable {
    case admitted
    case refused(HTTPResponse)
    /// It takes a while, and the connection waits. The function is called once, at once; it calls its argument once, on
    /// any thread, with the refusal, or with nil to admit.
    case pending(@Sendable (_ decided: @escaping @Sendable (HTTPResponse?) -> Void) -> Void)
}

/// Headers of every response of a server.
public struct HTTPCommonHeaders: Sendable, Equatable {
    /// In place of the response's own ones of the same name.
    public var replacing: [HTTPField]
    /// Where the response has none of the name.
    public var added: [HTTPField]

    public init(replacing: [HTTPField] = [], added: [HTTPField] = []) {
        self.replacing = replacing
        self.added = added
    }

    func complete(_ own: [HTTPField]) -> [HTTPField] {
        let first = own.filter { field in !replacing.contains { $0.isNamed(field.name) } } + replacing
        return first + added.filter { field in !first.contains { $0.isNamed(field.name) } }
    }
}

/// How a server speaks with its clients, beside the limits.
public struct HTTPAccess: Sendable {
    /// Nil for plain HTTP. Asked for each new connection, which keeps what it gets.
    public var tls: (@Sendable () -> TLSServer)?
    public var gate: (any HTTPGate)?
    public var headers: @Sendable () -> HTTPCommonHeaders

    public init(
        tls: (@Sendable () -> TLSServer)? = nil, gate: (any HTTPGate)? = nil,
        headers: @escaping @Sendable () -> HTTPCommonHeaders = { HTTPCommonHeaders() }
    ) {
        self.tls = tls
        self.gate = gate
        self.headers = headers
    }
}
