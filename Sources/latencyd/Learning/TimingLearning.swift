internal import AnomalyDetect
internal import Exporter
internal import Telemetry

/// Learns what is normal for the timings, and says how far they are from it: every window it judges the trailing minute, every
/// minute it learns from the minute that ended.
///
/// Owned by the main loop. It has no clock.
struct TimingLearning {
    /// Every series' baselines are handed to the database once in so many minutes; the minutes after that are learned
    /// anew from their summaries at the start.
    static let storedEveryMinutes: Int64 = 6 * 60
    /// Series of which baselines are handed over in one minute, at the most.
    static let storedPerMinute = 50
    /// A trailing minute that covers less is not learned from.
    static let spanSecondsMin = 30.0

    private var settings: LearningSettings
    private var learnable: LearnableTimings
    private var roster: LearnedRoster
    private var series: [LearnedSeries?] = []
    private var slotOf: [TimingKey: Int] = [:]
    private var free: [Int] = []
    private var minutes = MinuteGrid()
    /// The summaries' series in the order of the last window, so that most are found without hashing labels.
    private var order: [(timing: String, labels: LabelSet, place: Place)] = []
    /// The slots of the series that are being restored, by the database's ids.
    private var restored: [Int64: Int] = [:]
    private let memory: (any LearningMemory)?
    /// Changes when any series joins or leaves.
    private var isOrderValid = false

    private enum Place {
        case learned(Int)
        case candidate
        case foreign
    }

    init(_ settings: LearningSettings, memory: (any LearningMemory)? = nil) {
        self.settings = settings
        self.memory = memory
        learnable = LearnableTimings(settings.patterns)
        roster = LearnedRoster(seriesMax: settings.seriesMax)
    }

    /// Among how many series the daemon's budget of false alarms is divided: a power of two, so that not every series that
    /// comes changes the settings of all others.
    private var budgetCount = 1

    /// How many series are learned.
    var learnedCount: Int { roster.learned.count }

    /// For the pages.
    var snapshot: LearnedSnapshot {
        let unlearned = roster.candidates.keys.prefix(LearnedSnapshot.unlearnedListedMax)
        return LearnedSnapshot(
            learned: series.compactMap { $0?.reading }, learnedMax: settings.seriesMax,
            unlearned: unlearned.map { ($0.timing, $0.labels) }, unlearnedCount: roster.candidates.count)
    }

    /// The last minute that was learned of a series; nil when it is not learned.
    func lastMinute(of key: TimingKey) -> Int64? { slotOf[key].flatMap { series[$0]?.lastMinute } }

    // MARK: Windows

    /// Judges the trailing minute of every learned series, and learns from it where a minute has ended.
    ///
    /// - Returns: the learned levels, by the place among `summaries`.
    mutating func endWindow(_ summaries: [TimingSummary], at end: Instant) -> [Int: LearnedLevel] {
        guard !learnable.isEmpty, settings.seriesMax > 0 else { return [:] }
        let instant = settings.instant(MinuteGrid.current(end.unixSeconds))
        var levels: [Int: LearnedLevel] = [:]
        findPlaces(summaries)
        for slot in series.indices { series[slot]?.assessNothing() }
        for (position, found) in order.enumerated() {
            guard case .learned(let slot) = found.place else { continue }
            series[slot]?.assess(summaries[position].summary, minCount: settings.minCount, at: instant)
            levels[position] = series[slot]?.level
        }
        if let minute = minutes.advance(to: end.unixSeconds) { endMinute(minute, summaries) }
        return levels
    }

    /// Tells of each summary whether it is learned.
    private mutating func findPlaces(_ summaries: [TimingSummary]) {
        for (position, summary) in summaries.enumerated() {
            if isOrderValid, position < order.count, order[position].timing == summary.timing,
                order[position].labels == summary.labels
            {
                continue
            }
            let found = (timing: summary.timing, labels: summary.labels, place: place(of: summary))
            if position < order.count { order[position] = found } else { order.append(found) }
        }
        if order.count > summaries.count { order.removeLast(order.count - summaries.count) }
        isOrderValid = true
    }

    private mutating func place(of summary: TimingSummary) -> Place {
        guard learnable.contains(summary.timing, summary.unit) else { return .foreign }
        return slotOf[TimingKey(timing: summary.timing, labels: summary.labels)].map { .learned($0) } ?? .candidate
    }

    // MARK: Minutes

    private mutating func endMinute(_ minute: Int64, _ summaries: [TimingSummary]) {
        let instant = settings.instant(minute)
        var counts: [(key: TimingKey, count: Double)] = []
        var recorded: [(series: StateSeries, summary: MinuteSummary)] = []
        for (position, found) in order.enumerated() {
            if case .foreign = found.place { continue }
            let summary = summaries[position].summary
            let key = TimingKey(timing: found.timing, labels: found.labels)
            counts.append((key, summary.count.map { Double($0) } ?? (summary.statedRate ?? 1) * 60))
            guard case .learned(let slot) = found.place, summary.spanSeconds >= Self.spanSecondsMin else { continue }
            series[slot]?.learn(summary, minCount: settings.minCount, minute: minute, at: instant)
            if let one = series[slot]?.series { recorded.append((one, MinuteSummary(summary))) }
        }
        if !recorded.isEmpty { memory?.record(minute: minute, summaries: recorded) }
        take(roster.endMinute(minute, counts), units: summaries)
        shareBudget()
        storeSome(at: minute)
    }

    /// Divides the daemon's budget of false alarms among the series that are learned now; a few get their settings each
    /// minute, so that no minute costs more than others.
    private mutating func shareBudget() {
        if learnedCount > budgetCount || learnedCount <= budgetCount / 4 {
            budgetCount = Self.powerOfTwo(atLeast: learnedCount)
        }
        let due = series.indices.lazy.filter { [series, budgetCount] in
            series[$0].map { $0.budgetCount != budgetCount } ?? false
        }
        for slot in Array(due.prefix(Self.storedPerMinute)) { series[slot]?.apply(settings, among: budgetCount) }
    }

    private static func powerOfTwo(atLeast count: Int) -> Int {
        count <= 1 ? 1 : 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount)
    }

    private mutating func take(_ change: LearnedRoster.Change, units summaries: [TimingSummary]) {
        guard change != LearnedRoster.Change() else { return }
        isOrderValid = false
        for key in change.left { forget(key) }
        guard !change.joined.isEmpty else { return }
        let joined = Set(change.joined)
        for summary in summaries {
            let key = TimingKey(timing: summary.timing, labels: summary.labels)
            guard joined.contains(key), slotOf[key] == nil else { continue }
            add(
                LearnedSeries(
                    StateSeries(name: key.timing, labels: key.labels, unit: summary.unit), settings,
                    among: budgetCount), key)
        }
    }

    private mutating func add(_ one: LearnedSeries, _ key: TimingKey) {
        let slot = free.popLast() ?? series.count
        if slot == series.count { series.append(one) } else { series[slot] = one }
        slotOf[key] = slot
    }

    private mutating func forget(_ key: TimingKey) {
        guard let slot = slotOf.removeValue(forKey: key) else { return }
        series[slot] = nil
        free.append(slot)
    }

    /// Hands over those that were never, or longest ago; a few each minute, so that no minute costs more than others.
    private mutating func storeSome(at minute: Int64) {
        guard let memory else { return }
        let share = Int(Int64(learnedCount) / Self.storedEveryMinutes) + 1
        let due = series.indices.filter { slot in
            guard let one = series[slot], one.lastMinute >= 0 else { return false }
            return one.storedMinute.map { one.lastMinute - $0 >= Self.storedEveryMinutes || one.lastMinute < $0 }
                ?? true
        }
        // Those that the database does not know at all come first and may be more.
        let new = due.filter { series[$0]?.storedMinute == nil }.prefix(Self.storedPerMinute)
        let old = due.filter { series[$0]?.storedMinute != nil }
            .sorted { (series[$0]?.storedMinute ?? 0) < (series[$1]?.storedMinute ?? 0) }.prefix(share)
        for slot in Array(new) + old {
            guard let one = series[slot] else { continue }
            for baseline in one.stored { memory.store(baseline, of: one.series) }
            series[slot]?.storedMinute = one.lastMinute
        }
    }

    // MARK: Start and reload

    /// A series of the state database.
    struct Stored {
        var id: Int64
        var series: StateSeries
        var first: Int64
        var last: Int64
        var baselines: [StoredBaseline]
    }

    var seriesMax: Int { settings.seriesMax }

    /// Whether a series may be learned.
    mutating func takes(_ series: StateSeries) -> Bool { learnable.contains(series.name, series.unit) }

    /// Takes the series that were learned before this process began.
    ///
    /// - Returns: the minute after which their summaries are to be handed to `replay`; nil when there are none.
    mutating func restore(_ stored: [Stored]) -> Int64? {
        var after: Int64?
        budgetCount = Self.powerOfTwo(atLeast: min(stored.count, seriesMax))
        for one in stored {
            let key = TimingKey(timing: one.series.name, labels: one.series.labels)
            guard slotOf[key] == nil, roster.restore(key, firstMinute: one.first, lastMinute: one.last) else {
                continue
            }
            var learned = LearnedSeries(one.series, settings, among: budgetCount)
            learned.restore(one.baselines, settings)
            add(learned, key)
            restored[one.id] = slotOf[key]
            after = min(after ?? .max, learned.storedMinute ?? one.first - 1)
        }
        return after
    }

    /// Learns a minute that was stored, if its baselines do not know it yet. Those of one series come in their order.
    mutating func replay(_ id: Int64, _ minute: Int64, _ summary: MinuteSummary) {
        guard let slot = restored[id] else { return }
        series[slot]?.learn(
            WindowSummary(summary), minCount: settings.minCount, minute: minute, at: settings.instant(minute))
    }

    mutating func endReplay() { restored = [:] }

    /// Takes new settings; what is learned of a series stays, unless its seasons are others.
    mutating func apply(_ new: LearningSettings) {
        guard new != settings else { return }
        settings = new
        learnable = LearnableTimings(new.patterns)
        isOrderValid = false
        var wanted = learnable
        let units = Dictionary(
            series.compactMap { $0.map { ($0.series.name, $0.series.unit) } }, uniquingKeysWith: { one, _ in one })
        let change = roster.apply(seriesMax: new.seriesMax) { wanted.contains($0.timing, units[$0.timing] ?? .seconds) }
        for key in change.left { forget(key) }
        for slot in series.indices { series[slot]?.apply(new, among: budgetCount) }
    }
}

extension WindowSummary {
    /// A minute as it was stored.
    init(_ stored: MinuteSummary) {
        func number(_ value: Float) -> Double? { value.isNaN ? nil : Double(value) }
        self.init(
            count: stored.count.isFinite && stored.count >= 0 ? UInt64(min(stored.count, 1e15)) : nil, spanSeconds: 60,
            mean: number(stored.mean), standardDeviation: number(stored.standardDeviation), p50: number(stored.p50),
            p95: number(stored.p95), p99: number(stored.p99))
    }
}
