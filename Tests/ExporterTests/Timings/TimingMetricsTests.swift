import Exporter
import Telemetry
import Testing

@Suite("Statistics on the page")
struct TimingMetricsTests {
    private static func families(_ summary: WindowSummary) -> [String: [LabelSet: Double]] {
        let timing = TimingSummary(timing: "t_seconds", unit: .seconds, labels: ["model": "m"], summary: summary)
        let families = TimingMetrics.families([timing]).map { family in
            let samples = family.samples.map { sample -> (LabelSet, Double) in
                guard case .number(let value) = sample.value else { return (sample.labels, .nan) }
                return (sample.labels, value)
            }
            return (family.descriptor.name, Dictionary(uniqueKeysWithValues: samples))
        }
        return Dictionary(uniqueKeysWithValues: families)
    }

    private static let p99: LabelSet = ["model": "m", "statistic": "p99", "timing": "t_seconds"]

    @Test("Where nobody knows how many observations there were, there is no rate")
    func unknownCount() {
        let families = Self.families(WindowSummary(count: nil, spanSeconds: 60, p99: 2))
        #expect(families["latencyd_observed_seconds"] == [Self.p99: 2])
        #expect(families["latencyd_rate"] == [:])
    }

    @Test("A rate that was stated is shown as it was, not as its rounded count")
    func statedRate() {
        let families = Self.families(WindowSummary(count: 1, spanSeconds: 60, p99: 2, statedRate: 0.001))
        #expect(families["latencyd_rate"] == [["model": "m", "timing": "t_seconds"]: 0.001])
    }

    @Test("A timing without observations has a rate of 0 and nothing else")
    func nothing() {
        let families = Self.families(WindowSummary(count: 0, spanSeconds: 60))
        #expect(families == ["latencyd_rate": [["model": "m", "timing": "t_seconds"]: 0]])
    }
}
