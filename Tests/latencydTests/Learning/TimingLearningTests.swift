import AnomalyDetect
import Exporter
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("Learning of timings")
struct TimingLearningTests {
    /// What would go to the state database.
    private final class Memory: LearningMemory {
        let minutes = Locked<[(minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)])]>([])
        let baselines = Locked<[(baseline: StoredBaseline, series: StateSeries)]>([])

        func record(minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)]) {
            minutes.withLock { $0.append((minute, summaries)) }
        }

        func store(_ baseline: StoredBaseline, of series: StateSeries) {
            baselines.withLock { $0.append((baseline, series)) }
        }
    }

    private static func settings(_ change: (inout DetectionConfiguration) -> Void = { _ in }) -> LearningSettings {
        var detection = DetectionConfiguration(timezone: .utc)
        change(&detection)
        return LearningSettings(detection)
    }

    private static func summary(_ name: String, count: UInt64 = 100, p50: Double = 0.1) -> TimingSummary {
        TimingSummary(
            timing: name, unit: .seconds, labels: ["model": "x"],
            summary: WindowSummary(
                count: count, spanSeconds: 60, mean: p50, standardDeviation: p50 / 10, p50: p50, p95: p50 * 2,
                p99: p50 * 3))
    }

    private static func instant(_ unix: Double) -> Instant { Instant(monotonicSeconds: unix, unixSeconds: unix) }

    @Test("a series is learned from the first minute's end on, and each minute after is recorded once")
    func minutes() {
        let memory = Memory()
        var learning = TimingLearning(Self.settings(), memory: memory)
        for window in 0...30 {
            _ = learning.endWindow(
                [Self.summary("a_seconds"), Self.summary("boot_seconds")], at: Self.instant(6_000 + Double(window) * 10)
            )
        }
        #expect(learning.learnedCount == 1)
        #expect(learning.snapshot.learned.map(\.timing) == ["a_seconds"])
        #expect(memory.minutes.withLock { $0.map(\.minute) } == [100, 101, 102, 103, 104])
        #expect(
            memory.minutes.withLock { $0.map { $0.summaries.map(\.series.name) } }.allSatisfy { $0 == ["a_seconds"] })
        // The database knows each of its baselines a minute later.
        #expect(memory.baselines.withLock { $0.map(\.baseline.statistic) } == LearnedSeries.statistics.map(\.rawValue))
        #expect(memory.baselines.withLock { $0.first?.baseline.asOfMinute } == 100)
    }

    @Test("a timing with too few values is not judged but for its rate; one without any neither learned from")
    func tooFew() {
        var learning = TimingLearning(Self.settings())
        _ = learning.endWindow([Self.summary("a_seconds")], at: Self.instant(6_000))
        let enough = learning.endWindow([Self.summary("a_seconds", count: 20)], at: Self.instant(6_010))
        #expect(enough[0]?.readings.map(\.statistic) == [.p50, .p95, .p99, .stddev])
        let few = learning.endWindow([Self.summary("a_seconds", count: 19)], at: Self.instant(6_020))
        #expect(few.isEmpty)
        #expect(learning.snapshot.learned.first?.judgements.map(\.evidence.statistic) == [.rate])
        _ = learning.endWindow([], at: Self.instant(6_030))
        #expect(learning.snapshot.learned.first?.judgements.isEmpty == true)
    }

    @Test("what is missing for the next state is said")
    func missing() {
        var learning = TimingLearning(Self.settings())
        var found: [String?] = []
        for minute in 0...15 {
            _ = learning.endWindow([Self.summary("a_seconds")], at: Self.instant(6_000 + Double(minute) * 60))
            found.append(learning.snapshot.learned.first?.missing)
        }
        #expect(found[1] == "level after 9m more of values")
        #expect(found[15]?.hasPrefix("daily after 1d 23h") == true, "\(found)")
        #expect(learning.snapshot.learned.first?.state == "level")
    }

    @Test("series that share the daemon's budget go on with what they know")
    func shared() {
        var learning = TimingLearning(Self.settings())
        let all = (0..<70).map { Self.summary("t\($0)_seconds") }
        for minute in 0..<20 {
            let count = minute < 12 ? 5 : all.count
            _ = learning.endWindow(Array(all.prefix(count)), at: Self.instant(6_000 + Double(minute) * 60))
        }
        #expect(learning.learnedCount == 70)
        let states = Dictionary(grouping: learning.snapshot.learned, by: \.state).mapValues(\.count)
        #expect(states == ["level": 5, "learning": 65])
    }

    @Test("levels stand at the places of their summaries, whatever comes and goes between windows")
    func places() {
        var learning = TimingLearning(Self.settings())
        let all = ["a_seconds", "b_seconds", "boot_seconds", "c_seconds"].map { Self.summary($0) }
        _ = learning.endWindow(all, at: Self.instant(6_000))
        for order in [[0, 1, 2, 3], [3, 2, 0], [2, 1], [1, 0, 3, 2], []] {
            let found = learning.endWindow(order.map { all[$0] }, at: Self.instant(6_010))
            #expect(Set(found.keys) == Set(order.indices.filter { order[$0] != 2 }), "\(order)")
        }
    }

    @Test("no more are learned than may be, the busiest, and the rest is listed")
    func bounded() {
        var learning = TimingLearning(Self.settings { $0.maxLearnedSeries = 3 })
        let all = (1...10).map { Self.summary("t\($0)_seconds", count: UInt64($0 * 100)) }
        for minute in 0...5 { _ = learning.endWindow(all, at: Self.instant(6_000 + Double(minute) * 60)) }
        let snapshot = learning.snapshot
        #expect(snapshot.learned.map(\.timing).sorted() == ["t10_seconds", "t8_seconds", "t9_seconds"])
        #expect(snapshot.unlearnedCount == 7)
        #expect(snapshot.unlearned.count == 7)
    }

    @Test("learning that is turned off knows nothing, and a reload turns it off and on")
    func off() {
        var learning = TimingLearning(Self.settings { $0.learn = [] })
        let levels = learning.endWindow([Self.summary("a_seconds")], at: Self.instant(6_000))
        #expect(levels.isEmpty)
        #expect(learning.snapshot.learned.isEmpty)
        learning.apply(Self.settings())
        _ = learning.endWindow([Self.summary("a_seconds")], at: Self.instant(6_060))
        #expect(learning.learnedCount == 1)
        learning.apply(Self.settings { $0.learn = ["b_*"] })
        #expect(learning.learnedCount == 0)
        #expect(learning.snapshot.learned.isEmpty)
    }

    @Test("what was learned is there again after a start: the series, and the minutes that its baselines do not know")
    func restored() throws {
        let folder = TemporaryFolder()
        let database = try StateDatabase(folder: folder.path, unixSeconds: 6_000)
        let series = StateSeries(name: "a_seconds", labels: ["model": "x"], unit: .seconds)
        let foreign = StateSeries(name: "boot_seconds", labels: [:], unit: .seconds)
        let summary = MinuteSummary(Self.summary("a_seconds").summary)
        for minute in 100...104 as ClosedRange<Int64> {
            var batch = StateBatch()
            batch.minutes = [StateBatch.Minute(minute: minute, summaries: [(series, summary), (foreign, summary)])]
            _ = try database.write(batch)
        }
        var learning = TimingLearning(Self.settings())
        try learning.restore(from: database, unixSeconds: 105 * 60)
        #expect(learning.snapshot.learned.map(\.timing) == ["a_seconds"])
        #expect(learning.lastMinute(of: TimingKey(timing: "a_seconds", labels: ["model": "x"])) == 104)
        // It is judged in the first window, not only after a minute.
        let levels = learning.endWindow([Self.summary("a_seconds")], at: Self.instant(105 * 60 + 10))
        #expect(levels.keys.sorted() == [0])
    }
}
