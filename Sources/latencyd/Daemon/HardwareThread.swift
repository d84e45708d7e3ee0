internal import Collectors
internal import Logging
internal import Platform
internal import Telemetry

/// The hardware collectors, on a thread of their own: a device that is slow to answer, or never does, delays neither
/// timings nor windows nor pages.
final class HardwareThread: Sendable {
    /// A read that takes longer than this is told, and what its collector collected before is no longer shown, seconds.
    static let stuckSeconds = 10.0
    /// When a read takes longer than this, what the other collectors collected before it is too old to be shown,
    /// seconds.
    static let staleSeconds = 60.0
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
        var reports: [CollectorReport] = []
        var watched = Watched()
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
    ///
    /// - Parameter pushers: tells which processes pushed since it was last asked, the most recent last.
    func start(
        host: CollectorHost, settings: HardwareSettings, pushers: @escaping @Sendable () -> [Int32] = { [] }
    ) throws(DaemonThread.StartError) {
        try DaemonThread(name: "hardware") { [self] in run(host: host, settings: settings, pushers: pushers) }.detach()
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

    /// What was collected last. A collector that is stuck has no samples; the others keep theirs for a while, and leave
    /// none when they are too old: they would look like a calm host.
    func families(at nowSeconds: Double) -> [MetricFamily] {
        let (reports, watched, stuck) = shared.withLock {
            ($0.reports, $0.watched, Self.stuck($0.work, at: nowSeconds))
        }
        guard let stuck else { return CollectorRunner.families(reports, watched: watched) }
        let own = reports.first { $0.collector == stuck.collector } ?? CollectorReport(stuck.collector)
        if nowSeconds - stuck.beginSeconds > Self.staleSeconds {
            return CollectorRunner.families([own.stuck], watched: Watched())
        }
        let others = reports.filter { $0.collector != stuck.collector }
        return CollectorRunner.families(others + [own.stuck], watched: watched)
    }

    /// The collector that has been at work for too long.
    func stuck(at nowSeconds: Double) -> Work? { shared.withLock { Self.stuck($0.work, at: nowSeconds) } }

    /// Each enabled collector's state, for people.
    func summary(at nowSeconds: Double) -> String {
        if let stuck = stuck(at: nowSeconds) { return "\(stuck.collector) waits for a device" }
        return shared.withLock { $0.reports }.map { "\($0.collector) \($0.state.rawValue)" }.joined(separator: ", ")
    }

    private static func stuck(_ work: Work?, at nowSeconds: Double) -> Work? {
        guard let work, nowSeconds - work.beginSeconds > stuckSeconds else { return nil }
        return work
    }

    // MARK: The thread

    private func run(host: CollectorHost, settings: HardwareSettings, pushers: @Sendable () -> [Int32]) {
        defer {
            firstPasses.give(true)
            end.give(true)
        }
        guard var poll = EventPoll() else {
            log.error("no hardware is read: the process has no descriptor left; raise LimitNOFILE=")
            return
        }
        poll.add(wakeup.descriptor)
        var runner = CollectorRunner(
            host: host, settings: settings, at: .seconds(HostClock.monotonicSeconds()),
            clock: { .seconds(HostClock.monotonicSeconds()) })
        var roster = WatchRoster(settings.watch)
        var stalls = PressureStallWatch()
        var countsStalls = settings.countsPressureStalls
        publishAll(of: runner, watching: roster.watched)
        while true {
            wakeup.clear()
            let (stops, changed) = shared.withLock { shared in (shared.stops, shared.settings.take()) }
            if stops { return }
            if let changed {
                runner.apply(changed, at: .seconds(HostClock.monotonicSeconds()))
                roster.apply(changed.watch)
                countsStalls = changed.countsPressureStalls
            }
            if isDue(runner) || changed != nil, look(&roster, host.files, pushers, for: &runner) || changed != nil {
                let cgroups = countsStalls ? roster.watched.cgroups : nil
                write(stalls.follow(cgroups, host.files, at: HostClock.unixSeconds()) { poll.addUrgent($0) })
            }
            runner.take(stalls.counts)
            if changed != nil { publishAll(of: runner, watching: roster.watched) }
            collect(&runner, isChanged: changed != nil)
            firstPasses.give(true)
            poll.wait(milliseconds: Self.milliseconds(until: runner.nextDue)) { file, isBroken in
                stalls.take(file, isBroken: isBroken, at: HostClock.unixSeconds())
            }
        }
    }

    private func isDue(_ runner: CollectorRunner) -> Bool {
        runner.nextDue.map { $0.inSeconds <= HostClock.monotonicSeconds() } ?? false
    }

    /// Finds what is watched, when it is time; false when it is not. A process that the kernel holds can keep a reader
    /// of its files waiting.
    private func look(
        _ roster: inout WatchRoster, _ files: any HostFiles, _ pushers: () -> [Int32], for runner: inout CollectorRunner
    ) -> Bool {
        let now = Duration.seconds(HostClock.monotonicSeconds())
        guard roster.isDue(at: now) else { return false }
        begin("process")
        write(roster.scan(files, pushers: pushers, at: now))
        runner.watch(roster.watched)
        let watched = roster.watched
        shared.withLock { $0.watched = watched }
        return true
    }

    private func publish(_ report: CollectorReport) {
        shared.withLock { shared in
            guard let place = shared.reports.firstIndex(where: { $0.collector == report.collector }) else { return }
            shared.reports[place] = report
        }
    }

    /// Others see what there is so far of all that is enabled now.
    private func publishAll(of runner: CollectorRunner, watching watched: Watched) {
        let reports = runner.reports
        shared.withLock { shared in
            shared.reports = reports
            shared.watched = watched
        }
    }

    private func begin(_ collector: String) {
        shared.withLock { $0.work = Work(collector: collector, beginSeconds: HostClock.monotonicSeconds()) }
    }

    private func collect(_ runner: inout CollectorRunner, isChanged: Bool) {
        guard isDue(runner) || isChanged else { return }
        // As soon as one collector has run, others may see it: the next one may wait for a device.
        let notes = runner.runDue(at: .seconds(HostClock.monotonicSeconds()), willRun: begin, didRun: publish)
        shared.withLock { $0.work = nil }
        write(notes)
    }

    private func write(_ notes: [CollectorNote]) {
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
