/// Why a server turned a client away.
public enum HTTPRefusal: String, Sendable, Hashable, CaseIterable {
    /// The request head did not come in time.
    case headOverdue = "head_overdue"
    /// The client did not take its response in time.
    case responseOverdue = "response_overdue"
    /// Pushed out by a newcomer near the limit on connections, or on bytes being sent while the client did not take
    /// its response.
    case crowdedOut = "crowded_out"
    /// The connection ended, by the client or because it made no sense, before its request head did.
    case headUnfinished = "head_unfinished"
    /// No TLS connection came about: the client spoke plain HTTP, or both do not agree.
    case handshake
    /// The client's certificate was not taken.
    case clientCertificate = "client_certificate"
    /// The request head was too long.
    case headTooLong = "head_too_long"
    /// The request head was complete and made no sense.
    case malformed
    /// The request had a body.
    case body
    /// The method is none that is served.
    case method
    /// Too much was being sent to others, and all of them took it.
    case responseBytes = "response_bytes"
}

/// What a server has done since it started.
public struct HTTPServerCounters: Sendable, Equatable {
    /// Connections accepted so far.
    public var connections: UInt64 = 0
    /// Connections open now.
    public var connectionsOpen = 0
    /// Bytes of the bodies being sent now, without those of at most 64 KiB.
    public var responseBytes = 0
    /// Clients turned away, by reason; a reason that never came up is absent.
    public var refused: [HTTPRefusal: UInt64] = [:]
    /// Responses by class of status: 2 for 200 to 299 and so on.
    public var responses: [Int: UInt64] = [:]

    public init() {}
}
