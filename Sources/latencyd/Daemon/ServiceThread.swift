internal import Collectors
internal import Logging
internal import Platform
internal import Telemetry

/// The reading of model servers, on a thread of its own: a server that is slow to answer delays nothing else.
final class ServiceThread: Sendable {
    /// How long the stop waits for the thread, seconds.
    static let patienceSeconds = 2.0

    /// What is read.
    struct Settings: Sendable {
        var services: [ServiceSettings]
        /// Nil where servers that are not configured are left alone.
        var finding: ServerFinding?
    }

    private struct Orders: Sendable {
        var settings: Settings?
        var stops = false
    }

    /// What is known of the services.
    let board = ServiceBoard()
    private let orders = Locked(Orders())
    private let wakeup: Wakeup
    private let files: any HostFiles
    private let log: Logging.Logger
    private let end = Answer<Bool>()

    /// Nil when the process has no descriptor left.
    init?(files: any HostFiles, log: Logging.Logger) {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
        self.files = files
        self.log = log
    }

    // MARK: For other threads

    func start(_ settings: Settings) throws(DaemonThread.StartError) {
        apply(settings)
        try DaemonThread(name: "services") { [self] in run() }.detach()
    }

    /// Takes new settings; services that are as they were go on, and servers are searched for anew.
    func apply(_ settings: Settings) {
        orders.withLock { $0.settings = settings }
        wakeup.signal()
    }

    /// Ends the thread; what is on the way is broken off.
    func stop() {
        orders.withLock { $0.stops = true }
        wakeup.signal()
        _ = end.wait(seconds: Self.patienceSeconds)
    }

    /// How many services are up, for people.
    var summary: String? {
        let (up, all) = board.counts
        return all > 0 ? "services up: \(up) of \(all)" : nil
    }

    // MARK: The thread

    private func run() {
        defer { end.give(true) }
        guard let reader = ServiceReader(board: board, files: files) else {
            log.error("no services are read: the HTTP library cannot be used")
            return
        }
        while true {
            wakeup.clear()
            let (stops, settings) = orders.withLock { ($0.stops, $0.settings.take()) }
            if stops { return }
            if let settings { reader.apply(settings.services, finding: settings.finding) }
            for note in reader.turn(or: wakeup) {
                log.log(
                    level: note.isWarning ? .warning : .info, "\(note.message)",
                    metadata: ["service": "\(note.service)"])
            }
        }
    }
}
