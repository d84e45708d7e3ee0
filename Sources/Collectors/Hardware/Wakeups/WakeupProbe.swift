public import Platform
import Synchronization

/// Measures how late this host wakes a thread that sleeps to a fixed moment, as cyclictest does.
///
/// One thread does nothing else. It takes the usual scheduling back where the process was started with a lower one,
/// and says once what of that the kernel refused.
public final class WakeupProbe: WakeupSource {
    /// The collector that exposes what was measured, and its key in the configuration.
    public static let collectorID = WakeupLatencyCollector.id
    /// Wake-ups a second that can be asked for. At 1,000 a second the thread takes 2.5 % of a core,
    /// at 20 less than 0.1 %.
    public static let rates = 1...1_000
    public static let rateDefault = 20

    private let state = Locked(State())
    private let files: any HostFiles
    private let onHandicap: @Sendable (String) -> Void

    private struct State {
        var reading: WakeupReading?
        var rate: Int?
        var run: Run?
        var hasToldHandicaps = false
    }

    /// One thread's life, from start to stop.
    private final class Run: Sendable {
        let isStopped = Atomic(false)
    }

    /// - Parameters:
    ///   - files: where the limits of this process are read.
    ///   - onHandicap: is told once, on the probe's thread, about each thing that makes this process later than others.
    public init(files: any HostFiles, onHandicap: @escaping @Sendable (String) -> Void) {
        self.files = files
        self.onHandicap = onHandicap
    }

    /// Measures from now on, `rate` times a second; nil stops it. What was measured so far stays.
    public func setRate(_ rate: Int?) throws(DaemonThread.StartError) {
        let rate = rate.map { min(max($0, Self.rates.lowerBound), Self.rates.upperBound) }
        let created = HostClock.unixSeconds()
        let change = state.withLock { state -> (run: Run, rate: Int)? in
            guard state.rate != rate else { return nil }
            // The old thread sleeps on to its target and ends there, without counting it.
            state.run?.isStopped.store(true, ordering: .relaxed)
            state.rate = rate
            if rate != nil, state.reading == nil { state.reading = WakeupReading(createdSeconds: created) }
            state.run = rate.map { _ in Run() }
            guard let rate, let run = state.run else { return nil }
            return (run, rate)
        }
        guard let change else { return }
        do {
            try DaemonThread(name: "wakeup-probe") { [self] in measure(change.run, rate: change.rate) }.detach()
        } catch {
            state.withLock {
                $0.rate = nil
                $0.run = nil
            }
            throw error
        }
    }

    public func reading() -> WakeupReading? { state.withLock { $0.reading } }

    private func measure(_ run: Run, rate: Int) {
        ExactSleep.prepareThread()
        ThreadScheduling.restore()
        tellHandicaps()
        var random = SystemRandomNumberGenerator()
        var woken = ExactSleep.now()
        var schedule = WakeupSchedule(rate: rate, begin: woken)
        while true {
            let (target, missed) = schedule.next(after: woken, random: &random)
            woken = ExactSleep.until(target)
            if run.isStopped.load(ordering: .relaxed) { return }
            let moment = woken
            state.withLock { state in
                state.reading?.record(target: target, woken: moment, missedBefore: missed)
            }
            // The lock may have taken time, too: the next target must lie ahead.
            woken = ExactSleep.now()
        }
    }

    private func tellHandicaps() {
        let isFirst = state.withLock { state in
            defer { state.hasToldHandicaps = true }
            return !state.hasToldHandicaps
        }
        guard isFirst else { return }
        for handicap in SchedulingHandicap.all(scheduling: .current, files: files) {
            onHandicap(handicap)
        }
    }
}
