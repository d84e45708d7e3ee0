internal import AnomalyDetect
internal import Exporter
internal import Telemetry

/// Which signals of the hardware and the model servers are learned: those that make requests slow, or show that they
/// are, and of which a host has few series. One line each; the first come first where there is no room for all.
enum LearnableSignals {
    /// Families by name, without `_total`. Gauges count as they are, counters by their increase a second.
    static let names: [String] = [
        "latencyd_service_queue_length", "latencyd_service_queue_seconds", "latencyd_service_running_requests",
        "latencyd_service_batch_size", "latencyd_service_cache_usage_ratio",
        "latencyd_gpu_utilization_ratio", "latencyd_gpu_temperature_celsius", "latencyd_gpu_power_watts",
        "latencyd_gpu_clock_hertz", "latencyd_pressure_seconds", "latencyd_cgroup_throttled_seconds",
        "latencyd_process_runqueue_wait_seconds", "latencyd_process_cpu_seconds", "latencyd_tasks_running",
        "latencyd_tasks_blocked", "latencyd_context_switches", "latencyd_disk_busy_seconds",
        "latencyd_disk_queue_seconds", "latencyd_tcp_retransmitted_segments", "latencyd_thermal_celsius",
    ]

    private static let known = Set(names)

    static func contains(_ name: String) -> Bool { known.contains(name) }
}

/// One series of a signal: the trailing minute, and a baseline of it.
struct LearnedSignal: Sendable {
    /// What the database calls its only statistic.
    static let statistic = "value"

    let series: StateSeries
    private let isCounter: Bool
    private var baseline: Baseline
    /// Of the windows of the trailing minute; of a counter what it stood at, with one window more.
    private var values: [(seconds: Double, value: Double)] = []
    /// NaN while nothing is known.
    private(set) var score = Double.nan
    /// The trailing minute that was judged last, and what was expected.
    private(set) var judged = Double.nan
    private(set) var expected = Double.nan
    private var unit = MetricUnit.none
    /// The last minute that was learned, and the last that the database knows.
    private(set) var lastMinute: Int64 = -1
    var storedMinute: Int64?

    init(_ series: StateSeries, isCounter: Bool, _ settings: BaselineSettings) {
        self.series = series
        self.isCounter = isCounter
        baseline = Baseline(settings)
    }

    mutating func restore(_ stored: StoredBaseline, _ settings: BaselineSettings) {
        guard let baseline = Baseline(decoding: stored.state, settings: settings) else { return }
        self.baseline = baseline
        (lastMinute, storedMinute) = (stored.asOfMinute, stored.asOfMinute)
    }

    var stored: StoredBaseline {
        StoredBaseline(statistic: Self.statistic, asOfMinute: lastMinute, state: baseline.encoded())
    }

    /// Takes the value at the end of a window and judges the trailing minute.
    mutating func assess(_ value: Double, _ unit: MetricUnit, at instant: LocalInstant, seconds: Double) {
        self.unit = unit
        values.removeAll { $0.seconds < seconds - 60 - (isCounter ? 0.5 : -0.5) }
        if isCounter, let last = values.last, value < last.value { values.removeAll() }
        values.append((seconds, value))
        let minute = minute
        let found = minute.map { baseline.assess($0, count: Double(values.count), at: instant) }
        (score, judged, expected) = (found?.score ?? .nan, minute ?? .nan, found?.expected ?? .nan)
    }

    /// What is shown of it; nil where nothing could be judged.
    func shown(as key: TimingKey) -> SignalSnapshot.Score? {
        guard score.isFinite else { return nil }
        return SignalSnapshot.Score(
            signal: key.timing, labels: key.labels, score: score, value: judged, expected: expected, unit: unit,
            isRate: isCounter)
    }

    /// Takes the trailing minute as one that ended.
    mutating func learn(minute number: Int64, at instant: LocalInstant) {
        guard number > lastMinute || number < lastMinute - MinuteGrid.setBackMinutesMax, let minute else { return }
        lastMinute = number
        baseline.learn(minute, count: Double(values.count), at: instant)
    }

    /// The mean of a gauge, a counter's increase a second.
    private var minute: Double? {
        guard let first = values.first, let last = values.last else { return nil }
        guard isCounter else { return values.reduce(0) { $0 + $1.value } / Double(values.count) }
        let seconds = last.seconds - first.seconds
        return seconds > 0 ? (last.value - first.value) / seconds : nil
    }
}

/// Learns what is normal for signals, as evidence for when a timing is abnormal. No alert comes of it.
///
/// Cheaper than what is learned of timings: one statistic, no season of a week, no minutes in the database. Owned by the
/// main loop; it has no clock.
struct SignalLearning {
    /// Series that are learned, of all signals together and of one of them.
    static let seriesMax = 200
    static let seriesPerSignalMax = 16
    /// A series without a value for so long is forgotten.
    static let forgottenMinutes: Int64 = 24 * 60
    /// Every baseline is handed to the database once in so many minutes; what came after the last time is lost with the
    /// process.
    static let storedEveryMinutes: Int64 = 6 * 60
    private static let storedPerMinute = 5

    private var settings: LearningSettings
    private let memory: (any LearningMemory)?
    private var learned: [TimingKey: LearnedSignal] = [:]
    private var seen: [TimingKey: Int64] = [:]
    private var counts: [String: Int] = [:]
    private var minutes = MinuteGrid()
    /// Series that found no room in the last window.
    private var unlearnedCount = 0

    init(_ settings: LearningSettings, memory: (any LearningMemory)? = nil) {
        self.settings = settings
        self.memory = memory
    }

    /// For the pages.
    var snapshot: SignalSnapshot {
        SignalSnapshot(
            scores: learned.compactMap { key, signal in signal.shown(as: key) }, learnedCount: learned.count,
            unlearnedCount: unlearnedCount)
    }

    mutating func apply(_ new: LearningSettings) {
        guard new != settings else { return }
        settings = new
        for (key, signal) in learned {
            var anew = LearnedSignal(signal.series, isCounter: signal.series.isCounter, new.signalBaseline)
            if signal.lastMinute >= 0 { anew.restore(signal.stored, new.signalBaseline) }
            learned[key] = anew
        }
        if !settings.isOn { (learned, seen, counts, unlearnedCount) = ([:], [:], [:], 0) }
    }

    /// Takes a baseline of the database.
    mutating func restore(_ series: StateSeries, _ stored: StoredBaseline) {
        guard let name = StateSeries.signalName(series.name), settings.isOn, LearnableSignals.contains(name),
            stored.statistic == LearnedSignal.statistic, hasRoom(name)
        else { return }
        let key = TimingKey(timing: name, labels: series.labels)
        guard learned[key] == nil else { return }
        var signal = LearnedSignal(series, isCounter: series.isCounter, settings.signalBaseline)
        signal.restore(stored, settings.signalBaseline)
        add(signal, key, at: stored.asOfMinute)
    }

    /// Judges all signals, and learns from them where a minute has ended.
    mutating func endWindow(_ families: [MetricFamily], at end: Instant) {
        guard settings.isOn else { return }
        let current = MinuteGrid.current(end.unixSeconds)
        let instant = settings.instant(current)
        unlearnedCount = 0
        for family in families where LearnableSignals.contains(family.descriptor.name) {
            let isCounter = family.descriptor.kind == .counter
            for sample in family.samples {
                guard case .number(let value) = sample.value, value.isFinite else { continue }
                let key = TimingKey(timing: family.descriptor.name, labels: sample.labels)
                if learned[key] == nil {
                    guard hasRoom(key.timing) else {
                        unlearnedCount += 1
                        continue
                    }
                    let series = StateSeries(signal: key.timing, key.labels, isCounter: isCounter)
                    add(LearnedSignal(series, isCounter: isCounter, settings.signalBaseline), key, at: current)
                }
                learned[key]?.assess(value, family.descriptor.unit, at: instant, seconds: end.monotonicSeconds)
                seen[key] = current
            }
        }
        if let minute = minutes.advance(to: end.unixSeconds) { endMinute(minute) }
    }

    private mutating func endMinute(_ minute: Int64) {
        let instant = settings.instant(minute)
        for key in learned.keys where (seen[key] ?? -1) >= minute { learned[key]?.learn(minute: minute, at: instant) }
        for (key, last) in seen where minute - last > Self.forgottenMinutes { forget(key) }
        guard let memory else { return }
        let due = learned.filter { _, signal in
            signal.lastMinute >= 0
                && signal.storedMinute.map { signal.lastMinute - $0 >= Self.storedEveryMinutes } ?? true
        }.keys.prefix(Self.storedPerMinute)
        for key in due {
            guard let signal = learned[key] else { continue }
            memory.store(signal.stored, of: signal.series)
            learned[key]?.storedMinute = signal.lastMinute
        }
    }

    private func hasRoom(_ name: String) -> Bool {
        learned.count < Self.seriesMax && counts[name, default: 0] < Self.seriesPerSignalMax
    }

    private mutating func add(_ signal: LearnedSignal, _ key: TimingKey, at minute: Int64) {
        learned[key] = signal
        seen[key] = minute
        counts[key.timing, default: 0] += 1
    }

    private mutating func forget(_ key: TimingKey) {
        seen[key] = nil
        if learned.removeValue(forKey: key) != nil { counts[key.timing, default: 1] -= 1 }
    }
}

extension StateSeries {
    /// No timing's name has a space.
    private static let signalPrefix = "signal "
    private static let rateUnit = MetricUnit("per_second")

    fileprivate init(signal name: String, _ labels: LabelSet, isCounter: Bool) {
        self.init(name: Self.signalPrefix + name, labels: labels, unit: isCounter ? Self.rateUnit : .none)
    }

    /// The name of the signal's family; nil for a timing.
    static func signalName(_ name: String) -> String? {
        name.hasPrefix(signalPrefix) ? String(name.dropFirst(signalPrefix.count)) : nil
    }

    /// Whether it is a signal's rate that is learned.
    fileprivate var isCounter: Bool { unit == Self.rateUnit }
}
