internal import Collectors
internal import Logging
internal import Platform
internal import Telemetry

/// The hardware collectors, on a thread of their own: a device that is slow to answer, or never does, delays neither
/// timings nor windows nor pages.
final class HardwareThread: Sendable {
    /// A read that takes longer than this is told, and what was collected before is no longer shown, seconds.
    static let stuckSeconds = 10.0
    /// How long the start waits for the first passes, and the stop for a pass in progress, seconds.
    static let patienceSeconds = 2.0

    /// A collector that is at work.
    struct Work: Sendable, Equatable {
        let collector: String
        let beginSeconds: Double
    }

    private struct Shared: Sendable {
        var settings: HardwareSettings?
        var stops = false
        var work: Work?
        var families: [MetricFamily] = []
        var states: [(collector: String, state: CollectorState)] = []
    }

    private let shared = Locked(Shared())
    private let wakeup: Wakeup
    private let log: Logging.Logger
    private let firstPasses = Answer<Bool>()
    private let end = Answer<Bool>()

    /// Nil when the process has no descriptor left.
    init?(log: Logging.Logger) {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
        self.log = log
    }

    // MARK: For other threads

    /// Starts the thread and waits a little for the first passes, so that the first page is a whole one.
    func start(host: CollectorHost, settings: HardwareSettings) throws(DaemonThread.StartError) {
        _ = try DaemonThread(name: "hardware") { [self] in run(host: host, settings: settings) }
        _ = firstPasses.wait(seconds: Self.patienceSeconds)
    }

    /// Takes new settings, before the next pass.
    func apply(_ settings: HardwareSettings) {
        shared.withLock { $0.settings = settings }
        wakeup.signal()
    }

    /// Ends the thread. One that a device holds is left behind: the process ends all the same.
    func stop() {
        shared.withLock { $0.stops = true }
        wakeup.signal()
        if end.wait(seconds: Self.patienceSeconds) == nil, let work = shared.withLock({ $0.work }) {
            log.warning("collector \(work.collector): still waits for a device, and is left behind")
        }
    }

    /// What was collected last. While a collector is stuck only that it is: the other values are too old to be shown.
    func families(at nowSeconds: Double) -> [MetricFamily] {
        let (families, stuck) = shared.withLock { ($0.families, Self.stuck($0.work, at: nowSeconds)) }
        guard let stuck else { return families }
        return CollectorRunner.families(ofStuck: stuck.collector)
    }

    /// The collector that has been at work for too long.
    func stuck(at nowSeconds: Double) -> Work? { shared.withLock { Self.stuck($0.work, at: nowSeconds) } }

    /// Each enabled collector's state, for people.
    func summary(at nowSeconds: Double) -> String {
        if let stuck = stuck(at: nowSeconds) { return "\(stuck.collector) waits for a device" }
        return shared.withLock { $0.states }.map { "\($0.collector) \($0.state.rawValue)" }.joined(separator: ", ")
    }

    private static func stuck(_ work: Work?, at nowSeconds: Double) -> Work? {
        guard let work, nowSeconds - work.beginSeconds > stuckSeconds else { return nil }
        return work
    }

    // MARK: The thread

    private func run(host: CollectorHost, settings: HardwareSettings) {
        defer { end.give(true) }
        guard var poll = EventPoll() else {
            log.error("no hardware is read: the process has no descriptor left; raise LimitNOFILE=")
            return
        }
        poll.add(wakeup.descriptor)
        var runner = CollectorRunner(
            host: host, settings: settings, at: .seconds(HostClock.monotonicSeconds()),
            clock: { .seconds(HostClock.monotonicSeconds()) })
        while true {
            wakeup.clear()
            let (stops, changed) = shared.withLock { shared in (shared.stops, shared.settings.take()) }
            if stops { return }
            if let changed { runner.apply(changed, at: .seconds(HostClock.monotonicSeconds())) }
            collect(&runner, isChanged: changed != nil)
            poll.wait(milliseconds: Self.milliseconds(until: runner.nextDue)) { _ in }
        }
    }

    private func collect(_ runner: inout CollectorRunner, isChanged: Bool) {
        let now = Duration.seconds(HostClock.monotonicSeconds())
        let isDue = runner.nextDue.map { $0 <= now } ?? false
        guard isDue || isChanged else { return }
        let notes = runner.runDue(at: now) { collector in
            shared.withLock {
                $0.work = Work(collector: collector, beginSeconds: HostClock.monotonicSeconds())
            }
        }
        let (families, states) = (runner.families(), runner.states)
        shared.withLock {
            $0.work = nil
            $0.families = families
            $0.states = states
        }
        firstPasses.give(true)
        for note in notes {
            log.log(
                level: note.level == .info ? .info : .warning, "\(note.message)",
                metadata: ["collector": "\(note.collector)"])
        }
    }

    /// At least a millisecond, so that rounding down never makes the loop spin; a minute when nothing is due.
    private static func milliseconds(until due: Duration?) -> Int32 {
        guard let due else { return 60_000 }
        return Int32(min(max((due.inSeconds - HostClock.monotonicSeconds()) * 1_000 + 1, 1), 60_000))
    }
}
