/// What a server spends on its clients at most. Times are seconds.
public struct HTTPServerLimits: Sendable, Equatable {
    /// The request line and all header lines, 16 KiB. A longer head gets 431 (414 when the request line alone does
    /// not fit into the connection's memory), and the connection is closed.
    public var requestHeadBytesMax = 16 * 1024
    /// Connections at a time, 256, at least 2. When one in sixteen is left, each newcomer pushes out the oldest
    /// connection that has not finished its request head, else the one that has been idle longest; at the limit
    /// newcomers wait in the kernel's queue.
    public var connectionsMax = 256
    /// Memory for the request head and the response head of one connection, 32 KiB; never less than twice
    /// `requestHeadBytesMax`.
    public var connectionMemoryBytesMax = 32 * 1024
    /// For the whole request head, from the connection's first moment, 10. On a kept connection it begins with the
    /// next request's first byte, which is noticed at most half of this time later.
    public var requestHeadSeconds = 10.0
    /// For a kept connection without a request, 120: more than the usual time between two scrapes.
    public var idleSeconds = 120.0
    /// For making a response and the client's taking it, 60.
    public var responseSeconds = 60.0
    /// Bodies of all responses being sent, 128 MiB; one that several clients are sent counts once, one of at most
    /// 64 KiB not at all. A response that would exceed it pushes out those whose clients are behind the pace, most
    /// behind first, and becomes 503 when that does not make room. One is always sent, whatever its size.
    public var responseBytesMax = 128 * 1024 * 1024
    /// The pace of a client that keeps up takes a whole response in this time, 10: as long as Prometheus waits for a
    /// page if not told otherwise. Counts only where room is needed.
    public var responsePaceSeconds = 10.0
    /// A response is not pushed out before this age, 0.25. Short, for as long as it lasts clients that never read
    /// can keep others out: with the limit above they would have to be rendered half a gigabyte a second.
    public var responseGraceSeconds = 0.25

    public init() {}
}
