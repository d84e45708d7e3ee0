internal import AnomalyDetect
internal import Exporter
internal import Telemetry

/// What is known of one series: a baseline of each of its statistics.
struct LearnedSeries: Sendable {
    /// What is learned of a timing.
    static let statistics: [Statistic] = alertingStatistics + [.rate]
    /// Those that raise alerts. More traffic is no latency.
    static let alertingStatistics: [Statistic] = [.p50, .p95, .p99, .stddev]

    let series: StateSeries
    /// In the order of `statistics`.
    private var baselines: [Baseline]
    /// What was found out last, in the same order; nil where nothing can be said.
    private(set) var assessments: [LearnedReading.Judgement?]
    /// The last minute that each baseline in the database has learned from; nil when it was never handed over.
    var storedMinute: Int64?
    /// The last minute that was learned.
    private(set) var lastMinute: Int64 = -1

    /// How many series shared the daemon's budget of false alarms when the baselines got their settings.
    let budgetCount: Int

    init(_ series: StateSeries, _ settings: LearningSettings, among budgetCount: Int = 1) {
        self.series = series
        self.budgetCount = budgetCount
        baselines = Self.statistics.map { Baseline(settings.baseline($0, series.unit, among: budgetCount)) }
        assessments = Self.statistics.map { _ in nil }
    }

    /// Takes over what the database has, where it can still be read.
    mutating func restore(_ stored: [StoredBaseline], _ settings: LearningSettings) {
        for (place, statistic) in Self.statistics.enumerated() {
            guard let found = stored.first(where: { $0.statistic == statistic.rawValue }),
                let baseline = Baseline(
                    decoding: found.state, settings: settings.baseline(statistic, series.unit, among: budgetCount))
            else { continue }
            baselines[place] = baseline
            lastMinute = max(lastMinute, found.asOfMinute)
            storedMinute = max(storedMinute ?? found.asOfMinute, found.asOfMinute)
        }
    }

    /// Goes on with new settings.
    mutating func apply(_ settings: LearningSettings, among budgetCount: Int) {
        let (before, known) = (self, stored)
        self = LearnedSeries(series, settings, among: budgetCount)
        restore(known, settings)
        assessments = before.assessments
        storedMinute = before.storedMinute.map { min($0, lastMinute) }
    }

    /// Judges the trailing minute by what was learned before.
    mutating func assess(_ summary: WindowSummary, minCount: Int, at instant: LocalInstant) {
        // Where another program stated the statistics, they count as of enough observations.
        let count = summary.count.map { Double($0) } ?? Double(minCount)
        for (place, statistic) in Self.statistics.enumerated() {
            guard let value = summary.value(statistic), value.isFinite,
                statistic == .rate || (count > 0 && count >= Double(minCount))
            else {
                assessments[place] = nil
                continue
            }
            let found = baselines[place].assess(value, count: count, at: instant)
            var evidence = LearnedEvidence(
                statistic: statistic, value: value, expected: found.expected, lower: found.lower,
                upper: found.upper, score: found.score, sigma: found.sigma)
            evidence.isLevelShift = found.isLevelShift
            assessments[place] = LearnedReading.Judgement(level: found.level, evidence: evidence)
        }
    }

    /// Nothing was said about the series.
    mutating func assessNothing() {
        for place in assessments.indices { assessments[place] = nil }
    }

    /// Takes a minute that ended.
    mutating func learn(_ summary: WindowSummary, minCount: Int, minute: Int64, at instant: LocalInstant) {
        guard minute > lastMinute || minute < lastMinute - MinuteGrid.setBackMinutesMax else { return }
        lastMinute = minute
        let count = summary.count.map { Double($0) } ?? Double(minCount)
        for (place, statistic) in Self.statistics.enumerated() {
            guard let value = summary.value(statistic), value.isFinite, statistic == .rate || count > 0 else {
                continue
            }
            baselines[place].learn(value, count: count, at: instant)
        }
    }

    /// What the alert engine is told; nil where no statistic could be judged.
    var level: LearnedLevel? {
        var readings: [LearnedLevel.Reading] = []
        var worst: LearnedReading.Judgement?
        for case let judgement? in assessments where judgement.evidence.statistic != .rate {
            readings.append(LearnedLevel.Reading(judgement.evidence.statistic, judgement.level))
            guard let before = worst else {
                worst = judgement
                continue
            }
            if (judgement.level, judgement.evidence.score) > (before.level, before.evidence.score) { worst = judgement }
        }
        // What one statistic has got used to is why the series' alert ends.
        if assessments.contains(where: { $0?.evidence.isLevelShift == true }) { worst?.evidence.isLevelShift = true }
        return worst.map { LearnedLevel(readings: readings, evidence: $0.evidence) }
    }

    /// How much is known: as much as of the statistic of which least is. The rate has no say.
    var state: BaselineState {
        leastKnown.map { baselines[$0].state } ?? .learning
    }

    /// By its place: a copy of a baseline would retain all that it holds.
    private var leastKnown: Int? {
        baselines.indices.lazy.filter { Self.statistics[$0] != .rate }.min { one, other in
            let (state, otherState) = (baselines[one].state, baselines[other].state)
            return state != otherState
                ? state.rank < otherState.rank
                : baselines[one].next?.seconds ?? 0 > baselines[other].next?.seconds ?? 0
        }
    }

    /// What the next state takes, for people: `daily after 1d 4h more of values`.
    private var missing: String? {
        leastKnown.flatMap { baselines[$0].next }.map { state, seconds in
            "\(state.rawValue) after \(Self.readable(seconds)) more of values"
        }
    }

    private static func readable(_ seconds: Double) -> String {
        let minutes = Int((min(max(seconds, 60), 1e9) / 60).rounded(.up))
        let (days, hours) = (minutes / 1_440, minutes / 60 % 24)
        if days > 0 { return "\(days)d \(hours)h" }
        return hours > 0 ? "\(hours)h \(minutes % 60)m" : "\(minutes)m"
    }

    /// For the database.
    var stored: [StoredBaseline] {
        zip(Self.statistics, baselines).map { statistic, baseline in
            StoredBaseline(statistic: statistic.rawValue, asOfMinute: lastMinute, state: baseline.encoded())
        }
    }

    /// For the pages.
    var reading: LearnedReading {
        LearnedReading(
            timing: series.name, unit: series.unit, labels: series.labels, state: state.rawValue,
            missing: missing, judgements: assessments.compactMap(\.self))
    }
}

extension BaselineState {
    var rank: Int {
        switch self {
        case .learning: 0
        case .level: 1
        case .daily: 2
        case .weekly: 3
        }
    }
}
