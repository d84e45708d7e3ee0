import Platform
import Telemetry
import TestSupport

@testable import Collectors

/// A push server with real sockets, and what it has taken. `finish` must be called.
final class PushServerFixture {
    let folder = TemporaryFolder()
    let ingestor: Locked<PushIngestor>
    let server: PushServer
    private let sockets: [UnixSocket]
    private var thread: DaemonThread?

    var datagramPath: String { folder.path + "/timings.sock" }
    var streamPath: String { folder.path + "/timings-stream.sock" }

    init(limits: SeriesLimits = SeriesLimits(), isRunning: Bool = true) throws {
        ingestor = Locked(
            PushIngestor(store: SeriesStore(limits: limits), options: PushOptions(limits: limits), seed: 42))
        sockets = [
            try UnixSocket(kind: .datagram, path: folder.path + "/timings.sock"),
            try UnixSocket(kind: .stream, path: folder.path + "/timings-stream.sock"),
        ]
        guard let server = PushServer(sockets: sockets, ingestor: ingestor, onProblem: { _ in }) else {
            throw SystemFailure(code: 24)
        }
        self.server = server
        if isRunning { try run() }
    }

    func run() throws { thread = try DaemonThread(name: "push-test") { [server] in server.run() } }

    /// Stops the server and waits for its end.
    func finish() {
        server.stop()
        thread?.join()
        for socket in sockets { socket.closeAndUnlink() }
    }

    var counters: PushCounters { ingestor.withLock { $0.counters } }

    /// The value of a counter or gauge; nil when there is none.
    func number(_ name: String) -> Double? {
        var families = PushedFamilies()
        ingestor.withLock { $0.store.snapshot(slots: 0..<$0.store.slotCount, into: &families) }
        guard
            case .number(let value) = families.sorted.first(where: { $0.descriptor.name == name })?.samples.first?.value
        else { return nil }
        return value
    }

    /// Whether `condition` comes to hold for what has been counted.
    func counts(_ condition: (PushCounters) -> Bool) -> Bool { eventually { condition(counters) } }
}
