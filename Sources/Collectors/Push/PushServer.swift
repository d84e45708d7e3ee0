public import Platform
import Synchronization

/// Reads the push sockets on a thread of its own, and hands what it reads to the ingestor.
///
/// One loop, one owner: the sockets and connections belong to `run`, the ingestor is shared under its lock, which is
/// given back after some KiB of lines.
public final class PushServer: Sendable {
    private let sockets: [UnixSocket]
    private let ingestor: Locked<PushIngestor>
    private let wakeup: Wakeup
    private let isStopping = Atomic(false)
    private let beats = Atomic<UInt64>(0)
    private let openConnections = Atomic<Int>(0)
    private let onProblem: @Sendable (String) -> Void

    /// The loop looks after itself at least this often, seconds.
    static let sweepSeconds = 2.0
    /// What is wrong with a socket is told at most this often.
    static let problemSeconds = 60.0

    /// - Parameter onProblem: told what went wrong with a socket, at most once a minute.
    /// - Returns: nil when the process has no descriptor left.
    public init?(
        sockets: [UnixSocket], ingestor: Locked<PushIngestor>, onProblem: @escaping @Sendable (String) -> Void
    ) {
        guard let wakeup = Wakeup() else { return nil }
        self.sockets = sockets
        self.ingestor = ingestor
        self.wakeup = wakeup
        self.onProblem = onProblem
    }

    /// Grows while the loop does its work: who feeds a watchdog looks whether it still does.
    public var beatCount: UInt64 { beats.load(ordering: .relaxed) }

    /// Stream connections that are open.
    public var connectionCount: Int { openConnections.load(ordering: .relaxed) }

    /// Ends `run` soon.
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        wakeup.signal()
    }

    /// Reads until `stop` is called; then takes what still waits in the sockets, and returns. Where descriptors or
    /// memory are short at the start, it tries again until they are there.
    public func run() {
        var isTold = false
        while !serve(), !isStopping.load(ordering: .acquiring) {
            if !isTold { onProblem("cannot read the push sockets: no descriptor or memory left; trying again") }
            isTold = true
            _ = Answer<Never>().wait(seconds: Self.sweepSeconds)
        }
    }

    /// False when there is nothing to read with.
    private func serve() -> Bool {
        guard var loop = PushLoop(sockets: sockets, ingestor: ingestor, wakeup: wakeup, onProblem: onProblem) else {
            return false
        }
        while !isStopping.load(ordering: .acquiring) {
            loop.turn(milliseconds: Int32(Self.sweepSeconds * 1_000))
            beats.wrappingAdd(1, ordering: .relaxed)
            openConnections.store(loop.connectionCount, ordering: .relaxed)
        }
        loop.drain()
        return true
    }
}
