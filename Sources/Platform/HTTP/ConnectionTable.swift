/// The open connections of a server and what each of them owes: decides which are shut down, and when to look again.
///
/// Pure: the caller tells the time (nanoseconds of a monotonic clock) and shuts sockets down.
struct ConnectionTable {
    /// What a connection is doing, and since when.
    enum Phase: Equatable {
        /// Its request head is not complete.
        case head
        /// It has been answered and has, as far as is known, not begun another request.
        case idle
        /// Its response is being made or sent.
        case responding
    }

    struct Connection {
        var phase = Phase.head
        var sinceNanoseconds: UInt64
        var dueNanoseconds: UInt64
        /// Bytes of the request heads that were complete; on an encrypted connection all that had come in when the last
        /// one was.
        var bytesConsumed: UInt64 = 0
        /// The present response is the last one: what else comes in is not read.
        var isLastResponse = false
        /// Told to go; it stays here until its descriptor is closed.
        var isShutDown = false
    }

    /// What has come in on a connection, read or not. The end of the stream counts as one byte.
    struct Progress {
        var bytesReceived: UInt64
        var hasEnded: Bool
    }

    /// A connection to be shut down.
    struct ShutDown: Equatable {
        var descriptor: Int32
        /// Nil when it had nothing more to say, or was idle for long enough.
        var reason: HTTPRefusal?
    }

    /// Bytes that an encrypted connection ends with: TLS says good-bye before TCP does.
    private static let farewellBytesMax: UInt64 = 96

    private let isEncrypted: Bool
    private let headNanoseconds: UInt64
    private let idleNanoseconds: UInt64
    private let responseNanoseconds: UInt64
    /// With more connections than this each newcomer pushes another one out.
    private let crowd: Int
    private(set) var connections: [Int32: Connection] = [:]
    private var leaving = 0

    init(_ limits: HTTPServerLimits, isEncrypted: Bool = false) {
        self.isEncrypted = isEncrypted
        headNanoseconds = Self.nanoseconds(limits.requestHeadSeconds)
        idleNanoseconds = Self.nanoseconds(limits.idleSeconds)
        responseNanoseconds = Self.nanoseconds(limits.responseSeconds)
        crowd = max(1, limits.connectionsMax - max(1, limits.connectionsMax / 16))
    }

    /// Between a millisecond and a year, whatever is asked for.
    private static func nanoseconds(_ seconds: Double) -> UInt64 {
        UInt64(min(max(seconds.isNaN ? 0 : seconds, 0.001), 31_536_000) * 1e9)
    }

    /// A connection was accepted. Returns the one that has to make room for it, if any: when all of them are being
    /// answered, the one that `slowest` names.
    mutating func opened(_ descriptor: Int32, at now: UInt64, slowest: () -> Int32? = { nil }) -> ShutDown? {
        // An entry left over under this descriptor belongs to a connection that is gone.
        _ = closed(descriptor, nil)
        let other = connections.count - leaving >= crowd ? dispensable() ?? slowest() : nil
        connections[descriptor] = Connection(sinceNanoseconds: now, dueNanoseconds: now + headNanoseconds)
        return other.flatMap { crowdedOut($0) }
    }

    /// The connection has to make room. Nil when it is leaving already, or gone.
    mutating func crowdedOut(_ descriptor: Int32) -> ShutDown? {
        guard connections[descriptor]?.isShutDown == false else { return nil }
        return shutDown(descriptor, .crowdedOut)
    }

    /// Both sides of an encrypted connection know each other: what came in so far is no part of a request.
    mutating func handshakeCompleted(_ descriptor: Int32, _ progress: Progress?) {
        connections[descriptor]?.bytesConsumed = progress?.bytesReceived ?? 0
    }

    /// A request head of `bytes` is complete. `received` is what has come in on an encrypted connection.
    mutating func headCompleted(_ descriptor: Int32, bytes: Int, _ received: Progress? = nil, at now: UInt64) {
        if isEncrypted {
            connections[descriptor]?.bytesConsumed = received?.bytesReceived ?? 0
        } else {
            connections[descriptor]?.bytesConsumed += UInt64(bytes)
        }
        enter(.responding, descriptor, for: responseNanoseconds, at: now)
    }

    /// The request has been refused: its connection will be closed after the response.
    mutating func refused(_ descriptor: Int32) {
        connections[descriptor]?.isLastResponse = true
    }

    /// The response was sent or given up. Returns the connection when its client has ended it: libmicrohttpd overlooks
    /// an end that comes together with the last bytes.
    mutating func responseEnded(_ descriptor: Int32, _ progress: Progress?, at now: UInt64) -> ShutDown? {
        enter(.idle, descriptor, for: min(headNanoseconds / 2, idleNanoseconds), at: now)
        guard let connection = connections[descriptor], !connection.isShutDown, let progress, progress.hasEnded,
            !hasMore(connection, progress)
        else { return nil }
        return shutDown(descriptor, nil)
    }

    /// The descriptor is about to be closed. Returns a reason when a request head was cut off, by the client or by
    /// libmicrohttpd.
    mutating func closed(_ descriptor: Int32, _ progress: Progress?) -> HTTPRefusal? {
        guard let connection = connections.removeValue(forKey: descriptor) else { return nil }
        if connection.isShutDown {
            leaving -= 1
            return nil
        }
        guard connection.phase != .responding, !connection.isLastResponse, var progress else { return nil }
        // TLS's good-bye closes a connection before TCP's has come.
        if isEncrypted, !progress.hasEnded {
            progress.hasEnded = true
            progress.bytesReceived += 1
        }
        return hasMore(connection, progress) ? .headUnfinished : nil
    }

    /// True when bytes behind the last complete head have come in.
    private func hasMore(_ connection: Connection, _ progress: Progress) -> Bool {
        let farewell = isEncrypted && connection.bytesConsumed > 0 ? Self.farewellBytesMax : 0
        return progress.bytesReceived > connection.bytesConsumed + (progress.hasEnded ? 1 + farewell : 0)
    }

    /// The connections that are overdue. `progress` is nil when it is not known: libmicrohttpd does not tell when the
    /// next request on a kept connection begins.
    mutating func overdue(at now: UInt64, progress: (Int32) -> Progress?) -> [ShutDown] {
        var result: [ShutDown] = []
        for (descriptor, connection) in connections where !connection.isShutDown && connection.dueNanoseconds <= now {
            switch connection.phase {
            case .head: result.append(shutDown(descriptor, .headOverdue))
            case .responding: result.append(shutDown(descriptor, .responseOverdue))
            case .idle:
                let progress = progress(descriptor)
                let end = connection.sinceNanoseconds + idleNanoseconds
                if progress.map({ hasMore(connection, $0) }) ?? true {
                    enter(.head, descriptor, for: headNanoseconds, at: now)
                } else if now >= end || progress?.hasEnded == true {
                    result.append(shutDown(descriptor, nil))
                } else {
                    connections[descriptor]?.dueNanoseconds = min(now + headNanoseconds / 2, end)
                }
            }
        }
        return result
    }

    /// When to ask for `overdue` next; nil when nothing is open.
    var nextDueNanoseconds: UInt64? {
        connections.values.lazy.filter { !$0.isShutDown }.map(\.dueNanoseconds).min()
    }

    private mutating func enter(_ phase: Phase, _ descriptor: Int32, for nanoseconds: UInt64, at now: UInt64) {
        connections[descriptor]?.phase = phase
        connections[descriptor]?.sinceNanoseconds = now
        connections[descriptor]?.dueNanoseconds = now + nanoseconds
    }

    private mutating func shutDown(_ descriptor: Int32, _ reason: HTTPRefusal?) -> ShutDown {
        connections[descriptor]?.isShutDown = true
        leaving += 1
        return ShutDown(descriptor: descriptor, reason: reason)
    }

    /// The oldest unfinished request head, else the connection that has been idle longest.
    private func dispensable() -> Int32? {
        for phase in [Phase.head, .idle] {
            let candidates = connections.filter { $0.value.phase == phase && !$0.value.isShutDown }
            if let oldest = candidates.min(by: { $0.value.sinceNanoseconds < $1.value.sinceNanoseconds }) {
                return oldest.key
            }
        }
        return nil
    }
}
