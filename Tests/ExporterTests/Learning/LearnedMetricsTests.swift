import AnomalyDetect
import Exporter
import Telemetry
import Testing

@Suite("What is shown of learned timings")
struct LearnedMetricsTests {
    private static let snapshot = LearnedSnapshot(
        learned: [
            LearnedReading(
                timing: "a_seconds", unit: .seconds, labels: ["model": "x"], state: "daily", missing: "10 days",
                judgements: [
                    .init(
                        level: .warning,
                        evidence: LearnedEvidence(
                            statistic: .p99, value: 0.3, expected: 0.1, lower: 0.05, upper: 0.15, score: 2.5, sigma: 6)),
                    .init(
                        level: .none,
                        evidence: LearnedEvidence(
                            statistic: .rate, value: 3, expected: 4, lower: 1, upper: 9, score: 0.5, sigma: -1)),
                ]),
            LearnedReading(timing: "sizes", unit: .none, labels: [:], state: "learning", judgements: []),
        ], learnedMax: 2, unlearned: [("b_seconds", ["model": "y"])], unlearnedCount: 7)

    @Test("on the page: what is expected in the timing's unit, the scores, the states and the counts")
    func families() {
        let families = Dictionary(
            uniqueKeysWithValues: LearnedMetrics.families(Self.snapshot).map { ($0.descriptor.name, $0.samples) })
        let labels: LabelSet = ["model": "x", "timing": "a_seconds", "statistic": "p99"]
        #expect(families["latencyd_expected_seconds"] == [Sample(labels, 0.1)])
        #expect(families["latencyd_expected_lower_seconds"] == [Sample(labels, 0.05)])
        #expect(families["latencyd_expected_upper_seconds"] == [Sample(labels, 0.15)])
        #expect(families["latencyd_anomaly_score"]?.map(\.value) == [.number(2.5), .number(0.5)])
        #expect(
            families["latencyd_baseline_state"] == [
                Sample(["model": "x", "timing": "a_seconds", "state": "daily"], 1),
                Sample(["timing": "sizes", "state": "learning"], 1),
            ])
        #expect(families["latencyd_learned_series"] == [Sample([:], 2)])
        #expect(families["latencyd_unlearned_series"] == [Sample([:], 7)])
        #expect(Set(families.keys).isSubset(of: LearnedMetrics.descriptors.map(\.name)))
    }

    @Test("as JSON: all that is known of each series, and what is not learned")
    func json() throws {
        let text = String(decoding: LearnedJSON.page(Self.snapshot), as: UTF8.self)
        #expect(
            text.contains(
                #"{"timing":"a_seconds","labels":{"model":"x"},"unit":"seconds","state":"daily","missing":"10 days","statistics":{"p99":{"value":0.3,"expected":0.1,"lower":0.05,"upper":0.15,"score":2.5,"sigma":6,"level":"warning"}"#
            ))
        #expect(text.contains(#""unlearned":[{"timing":"b_seconds","labels":{"model":"y"}}],"unlearnedCount":7"#))
    }
}
