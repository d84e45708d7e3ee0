import AnomalyDetect
import Collectors
import Exporter
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Learning of signals")
struct SignalLearningTests {
    private final class Memory: LearningMemory {
        let baselines = Locked<[(baseline: StoredBaseline, series: StateSeries)]>([])
        func record(minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)]) {}
        func store(_ baseline: StoredBaseline, of series: StateSeries) {
            baselines.withLock { $0.append((baseline, series)) }
        }
    }

    private static func settings(_ change: (inout DetectionConfiguration) -> Void = { _ in }) -> LearningSettings {
        var detection = DetectionConfiguration(timezone: .utc)
        change(&detection)
        return LearningSettings(detection)
    }

    private static func family(_ name: String, _ kind: MetricKind, _ values: [Double]) -> MetricFamily {
        MetricFamily(
            MetricDescriptor(kind, name, help: "x"),
            values.enumerated().map { Sample(["place": "\($0.offset)"], $0.element) })
    }

    private static func instant(_ unix: Double) -> Instant { Instant(monotonicSeconds: unix, unixSeconds: unix) }

    @Test("every signal of the list is a gauge or a counter of the code")
    func names() {
        let kinds = Dictionary(
            (ServiceMetrics.descriptors + HardwareCollectors.all.flatMap { $0.descriptors }).map { ($0.name, $0.kind) },
            uniquingKeysWith: { first, _ in first })
        for name in LearnableSignals.names {
            #expect(kinds[name] == .gauge || kinds[name] == .counter, "\(name)")
        }
        #expect(Set(LearnableSignals.names).count == LearnableSignals.names.count)
    }

    @Test(
        "they are learned from the first window on, without a week, and a process of many series leaves room for others"
    )
    func bounded() {
        var learning = SignalLearning(Self.settings())
        let many = Self.family("latencyd_process_cpu_seconds", .counter, Array(repeating: 1, count: 40))
        let foreign = Self.family("latencyd_boot_time_seconds", .gauge, [1])
        let other = Self.family("latencyd_tasks_running", .gauge, [3])
        learning.endWindow([many, foreign, other], at: Self.instant(6_000))
        learning.endWindow([many, foreign, other], at: Self.instant(6_010))
        let snapshot = learning.snapshot
        #expect(snapshot.learnedCount == SignalLearning.seriesPerSignalMax + 1)
        #expect(snapshot.unlearnedCount == 40 - SignalLearning.seriesPerSignalMax)
        #expect(Self.settings().signalBaseline.seasons == [.day])
        #expect(Self.settings().signalBaseline.direction == .both)
        let families = SignalMetrics.families(snapshot)
        let scores = families.first { $0.descriptor.name == "latencyd_signal_score" }?.samples ?? []
        #expect(scores.count == SignalLearning.seriesPerSignalMax + 1)
        #expect(scores.contains { $0.labels == ["signal": "latencyd_tasks_running", "place": "0"] })
    }

    @Test("baselines go to the database a few a minute, and come back from it under their names")
    func stored() throws {
        let memory = Memory()
        var learning = SignalLearning(Self.settings(), memory: memory)
        let gauge = Self.family("latencyd_tasks_running", .gauge, [3])
        let counter = Self.family("latencyd_context_switches", .counter, [100])
        for window in 0...30 { learning.endWindow([gauge, counter], at: Self.instant(6_000 + Double(window) * 10)) }
        let stored = memory.baselines.withLock { $0 }
        #expect(
            stored.map(\.series.name).sorted() == ["signal latencyd_context_switches", "signal latencyd_tasks_running"])
        #expect(stored.allSatisfy { $0.baseline.statistic == "value" && $0.baseline.asOfMinute >= 99 })

        let folder = TemporaryFolder()
        let database = try StateDatabase(folder: folder.path, unixSeconds: 6_000)
        var batch = StateBatch()
        for one in stored {
            batch.baselines[StateBatch.BaselineKey(series: one.series, statistic: one.baseline.statistic)] =
                one.baseline
        }
        _ = try database.write(batch)
        var next = SignalLearning(Self.settings())
        try next.restore(from: database)
        #expect(next.snapshot.learnedCount == 2)
        var timings = TimingLearning(Self.settings { $0.learn = ["*"] })
        try timings.restore(from: database, unixSeconds: 7_000)
        #expect(timings.learnedCount == 0, "no timing is named like a signal")
    }

    @Test("learning that is turned off learns no signals")
    func off() {
        var learning = SignalLearning(Self.settings { $0.learn = [] })
        let gauge = Self.family("latencyd_tasks_running", .gauge, [3])
        learning.endWindow([gauge], at: Self.instant(6_000))
        #expect(learning.snapshot == SignalSnapshot())
        learning.apply(Self.settings())
        learning.endWindow([gauge], at: Self.instant(6_010))
        #expect(learning.snapshot.learnedCount == 1)
        learning.apply(Self.settings { $0.maxLearnedSeries = 0 })
        #expect(learning.snapshot == SignalSnapshot())
    }

    @Test("series that are gone for a day leave their places")
    func gone() {
        var learning = SignalLearning(Self.settings())
        learning.endWindow([Self.family("latencyd_tasks_running", .gauge, [3])], at: Self.instant(6_000))
        let other = Self.family("latencyd_tasks_blocked", .gauge, [3])
        for minute in 1...(24 * 60 + 2) { learning.endWindow([other], at: Self.instant(6_000 + Double(minute) * 60)) }
        #expect(learning.snapshot.learnedCount == 1)
    }
}
