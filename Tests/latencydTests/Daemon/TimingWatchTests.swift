import AnomalyDetect
import Collectors
import Exporter
import Platform
import Telemetry
import Testing

@testable import latencyd

@Suite("The watch over timings")
struct TimingWatchTests {
    private static let rule = AlertRuleConfiguration(
        timing: "inference_latency_seconds", statistic: .p99,
        thresholds: AlertThresholds(warning: .duration(.milliseconds(50))))

    /// A daemon's ingestor and watch without its threads: windows end when the test says so.
    private final class Bench {
        let ingestor = Locked(PushIngestor(store: SeriesStore(), options: PushOptions(), seed: 1))
        var watch: TimingWatch
        var now = 1_000.0

        init(_ rules: [AlertRuleConfiguration], noDataAfter: Duration = .seconds(300)) {
            watch = TimingWatch(
                AlertsConfiguration(rules: rules, noDataAfter: noDataAfter),
                learning: TimingLearning(LearningSettings(DetectionConfiguration(timezone: .utc))))
        }

        func push(_ line: String) {
            let time = PushTime(monotonicSeconds: now, unixSeconds: now)
            ingestor.withLock { $0.ingest(packet: Array(line.utf8).span, sender: Sender(pid: 1, uid: 0), at: time) }
        }

        /// Pushes `line` and ends a window.
        func window(_ line: String? = nil) -> [AlertChange] {
            if let line { push(line) }
            now += 10
            return watch.endWindow(ingestor, windows: 1, at: Instant(monotonicSeconds: now, unixSeconds: now))
        }

        func value(_ family: String, _ labels: LabelSet = [:]) -> Double? {
            let families =
                TimingMetrics.families(watch.timings)
                + AlertMetrics.families(watch.levels, notEvaluated: 0, watch.alerts)
            let samples = families.first { $0.descriptor.name == family }?.samples
            guard case .number(let value) = samples?.first(where: { $0.labels == labels })?.value else { return nil }
            return value
        }
    }

    @Test("a rule with for: 30s fires at exactly the fourth window over its threshold")
    func hold() {
        let bench = Bench([Self.rule])
        #expect(Self.rule.for == .seconds(30))
        #expect(bench.window("inference.latency:10|ms").isEmpty)
        for _ in 1...3 { #expect(bench.window("inference.latency:80|ms").isEmpty) }
        #expect(bench.watch.alerts.alerts.map(\.state) == [.pending])
        let changes = bench.window("inference.latency:80|ms")
        #expect(changes.map(\.to) == [.warning])
        #expect(changes.first?.sinceUnixSeconds == bench.now - 30)
        let labels: LabelSet = ["timing": "inference_latency_seconds", "statistic": "p99"]
        #expect(bench.value("latencyd_alert_level", labels) == 2)
        #expect(bench.value("latencyd_alerts_not_evaluated") == 0)
    }

    @Test("statistics are those of the trailing minute, and nothing older")
    func trailingMinute() {
        let bench = Bench([])
        let labels: LabelSet = ["timing": "inference_latency_seconds"]
        let median = labels.adding([Label("statistic", "p50")])
        _ = bench.window("inference.latency:500:500|ms")
        #expect(bench.value("latencyd_rate", labels) == 0.2)
        for _ in 1...5 { _ = bench.window() }
        #expect(bench.value("latencyd_observed_seconds", median) == 0.5)
        #expect(bench.value("latencyd_rate", labels) == 2.0 / 60)
        #expect(bench.watch.activeCount == 1)
        _ = bench.window()
        #expect(bench.value("latencyd_observed_seconds", median) == nil)
        #expect(bench.value("latencyd_rate", labels) == 0)
        #expect(bench.watch.activeCount == 0)
    }

    @Test("windows that ended while the host stood still are empty ones")
    func standstill() {
        let bench = Bench([])
        bench.push("inference.latency:500|ms")
        let end = Instant(monotonicSeconds: bench.now + 60, unixSeconds: bench.now + 60)
        _ = bench.watch.endWindow(bench.ingestor, windows: 6, at: end)
        #expect(bench.value("latencyd_rate", ["timing": "inference_latency_seconds"]) == 1.0 / 60)
        _ = bench.watch.endWindow(bench.ingestor, windows: 1_000_000, at: end)
        #expect(bench.value("latencyd_rate", ["timing": "inference_latency_seconds"]) == 0)
    }

    @Test("what came before a standstill of more than a minute is not of the trailing minute", arguments: [6, 7, 80])
    func longStandstill(_ windows: Int) {
        let bench = Bench([])
        bench.push("inference.latency:500|ms")
        let seconds = Double(windows) * 10
        let end = Instant(monotonicSeconds: bench.now + seconds, unixSeconds: bench.now + seconds)
        _ = bench.watch.endWindow(bench.ingestor, windows: windows, at: end)
        let expected = windows == 6 ? 1.0 / 60 : 0
        #expect(bench.value("latencyd_rate", ["timing": "inference_latency_seconds"]) == expected)
    }

    @Test("more series than one turn of the lock are all summed up")
    func manySeries() {
        let bench = Bench([])
        let count = 3 * TimingWatch.seriesPerTurn + 1
        for number in 0..<count { bench.push("t:1|ms|#n:\(number)") }
        _ = bench.window()
        #expect(bench.watch.activeCount == count)
        #expect(bench.value("latencyd_rate", ["timing": "t_seconds", "n": "\(count - 1)"]) == 0.1)
    }

    @Test("series that nobody pushes expire, and an alert on one ends as no data")
    func expiry() {
        let bench = Bench([Self.rule], noDataAfter: .seconds(1_200))
        for _ in 1...4 { _ = bench.window("inference.latency:80|ms") }
        #expect(bench.ingestor.withLock { $0.store.seriesCount } == 1)
        var changes: [AlertChange] = []
        for _ in 1...91 { changes += bench.window() }
        #expect(bench.ingestor.withLock { $0.store.seriesCount } == 0)
        #expect(changes.isEmpty)
        for _ in 1...50 { changes += bench.window() }
        #expect(changes.map(\.reason) == [.noData])
    }

    @Test("a stall of many minutes leaves nothing of what was pushed before it")
    func stall() {
        let bench = Bench([Self.rule])
        bench.push("inference.latency:80|ms")
        bench.now += 600
        _ = bench.watch.endWindow(
            bench.ingestor, windows: 60, at: Instant(monotonicSeconds: bench.now, unixSeconds: bench.now))
        #expect(bench.watch.timings.map(\.summary.count) == [0])
    }

    @Test("an alert whose rule is taken away by a reload ends")
    func reload() {
        let bench = Bench([Self.rule])
        for _ in 1...4 { _ = bench.window("inference.latency:80|ms") }
        let changes = bench.watch.apply(
            AlertsConfiguration(), learning: LearningSettings(DetectionConfiguration(timezone: .utc)))
        #expect(changes.map(\.reason) == [.ruleRemoved])
        #expect(bench.watch.alerts.alerts.isEmpty)
    }

    @Test("a timing that a service states is judged and shown, and one that is pushed with the same labels hides it")
    func stated() {
        let bench = Bench([Self.rule])
        let labels: LabelSet = ["service": "fleet"]
        let shown: LabelSet = ["timing": "inference_latency_seconds", "statistic": "p99", "service": "fleet"]
        let stated = TimingSummary(
            timing: "inference_latency_seconds", unit: .seconds, labels: labels,
            summary: WindowSummary(count: nil, spanSeconds: 60, p99: 0.08))
        func window() -> [AlertChange] {
            bench.now += 10
            return bench.watch.endWindow(
                bench.ingestor, stated: [stated], windows: 1,
                at: Instant(monotonicSeconds: bench.now, unixSeconds: bench.now))
        }
        for _ in 1...3 { #expect(window().isEmpty) }
        #expect(bench.watch.activeCount == 1)
        #expect(bench.value("latencyd_observed_seconds", shown) == 0.08)
        #expect(window().map(\.to) == [.warning])
        bench.push("inference.latency:10|ms|#service:fleet")
        _ = window()
        #expect(bench.watch.timings.count == 1)
        #expect(abs((bench.value("latencyd_observed_seconds", shown) ?? 0) - 0.01) < 1e-4)
        bench.push("inference.latency:10|ms|#service:other")
        _ = window()
        #expect(bench.watch.timings.count == 2)
    }
}
