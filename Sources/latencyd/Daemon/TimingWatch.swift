internal import AnomalyDetect
internal import Collectors
internal import Exporter
internal import Platform
internal import Telemetry

/// At the end of every window: summaries of all timings, and the alert levels that follow from them.
struct TimingWatch {
    /// Series handled per turn of the lock: the push thread waits for so many at the most.
    static let seriesPerTurn = 256

    var engine: AlertEngine
    var absence: AbsenceWatch
    private var learning: TimingLearning
    /// Nil where signals are not learned.
    private var signalLearning: SignalLearning?
    var grouping = AlertGrouping()
    private var summarizer = WindowSummarizer()
    var lastEnd: Instant?
    /// The trailing minute of every timing, at the end of the last window.
    private(set) var timings: [TimingSummary] = []
    /// Timings that had observations in the trailing minute.
    private(set) var activeCount = 0

    init(_ alerts: AlertsConfiguration, learning: TimingLearning, signals: SignalLearning? = nil) {
        signalLearning = signals
        self.learning = learning
        engine = AlertEngine(rules: alerts.engineRules, noDataAfterSeconds: alerts.noDataAfter.inSeconds)
        absence = AbsenceWatch(rules: alerts.engineRules)
    }

    /// Takes a series that had timings lately, before this process began: its silence is watched from the start on.
    mutating func remember(_ series: StateSeries, at start: Instant) {
        absence.remember(series.name, series.labels, at: start)
    }

    /// Ends `windows` windows, all but one of them empty, and evaluates the rules on timings, pushed ones, those that
    /// servers counted (`imported`) and those of which they gave the statistics (`stated`), and on `signals`.
    mutating func endWindow(
        _ ingestor: Locked<PushIngestor>, imported: [SeriesStore.TimingWindows] = [],
        stated: [TimingSummary] = [], windows: Int, signals: [MetricFamily] = [], at end: Instant
    ) -> [AlertChange] {
        let counted =
            summaries(ingestor, windows: windows, at: end) + imported.map { summarizer.summary(of: $0) }
        let summaries = counted + Self.new(stated, beside: counted)
        activeCount = summaries.count { $0.summary.count != 0 }
        timings = summaries
        let learned = learning.endWindow(summaries, at: end)
        signalLearning?.endWindow(signals, at: end)
        lastEnd = end
        let changes =
            engine.evaluate(summaries, learned: learned, signals: signals, at: end)
            + absence.evaluate(summaries, at: end)
        return grouping.apply(changes, at: end)
    }

    /// Takes new rules.
    mutating func apply(_ alerts: AlertsConfiguration, learning settings: LearningSettings) -> [AlertChange] {
        learning.apply(settings)
        signalLearning?.apply(settings)
        let changes =
            engine.replace(rules: alerts.engineRules, noDataAfterSeconds: alerts.noDataAfter.inSeconds)
            + absence.replace(rules: alerts.engineRules)
        return lastEnd.map { grouping.apply(changes, at: $0) } ?? changes
    }

    /// The level of every statistic that a rule watches.
    var levels: [AlertLevelReading] { engine.levels() }

    /// Watches that the engine had no room for.
    var notEvaluatedCount: UInt64 { engine.notEvaluatedTotal + absence.notEvaluatedTotal }

    /// What is known of the learned timings.
    var learned: LearnedSnapshot { learning.snapshot }

    /// What is known of the learned signals.
    var learnedSignals: SignalSnapshot { signalLearning?.snapshot ?? SignalSnapshot() }

    var alerts: AlertSnapshot {
        var snapshot = engine.snapshot()
        snapshot.alerts += absence.alerts
        return grouping.apply(snapshot)
    }

    /// Those of `stated` that are not among `counted`: anybody may push a timing with the name and the labels of one that
    /// is asked for, and no series may be on the page twice.
    private static func new(_ stated: [TimingSummary], beside counted: [TimingSummary]) -> [TimingSummary] {
        let names = Set(stated.map(\.timing))
        let taken = Dictionary(grouping: counted.lazy.filter { names.contains($0.timing) }, by: \.timing)
            .mapValues { Set($0.map(\.labels)) }
        return stated.filter { taken[$0.timing]?.contains($0.labels) != true }
    }

    private mutating func summaries(
        _ ingestor: Locked<PushIngestor>, windows: Int, at end: Instant
    ) -> [TimingSummary] {
        var result: [TimingSummary] = []
        var slot = 0
        var slotCount = 1
        while slot < slotCount {
            let range = slot..<slot + Self.seriesPerTurn
            var finished: [SeriesStore.TimingWindows] = []
            ingestor.withLock { ingestor in
                slotCount = ingestor.store.slotCount
                ingestor.store.expire(slots: range, nowSeconds: end.monotonicSeconds)
                // One more than are kept: after a long standstill what was in progress before it is no part of the
                // trailing minute either.
                for _ in 0..<min(windows, ingestor.store.windowsMax + 1) {
                    finished.removeAll(keepingCapacity: true)
                    ingestor.store.rotate(slots: range, into: &finished)
                }
            }
            // Outside the lock: what was handed over is not changed any more.
            for one in finished { result.append(summarizer.summary(of: one)) }
            slot += Self.seriesPerTurn
        }
        return result
    }
}
