import AnomalyDetect
import Telemetry
import TestSupport
import Testing

@Suite("Alert properties")
struct AlertPropertyTests {
    /// A rule and a series: what an incident belongs to.
    private struct Incident: Hashable {
        let measure: AlertMeasure
        let labels: LabelSet
    }

    @Test("an incident has one level at a time, and each change begins where the one before ended", arguments: 1...20)
    func chains(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Each rule has a statistic of its own, so that a change tells its rule.
        let statistics: [Statistic] = [.p99, .p95, .rate]
        let rules = statistics.map { Self.rule($0, &generator) }
        var fixture = AlertFixture(rules, noDataAfter: Double(generator.next(below: 5)) * 10)
        var levels: [Incident: AlertLevel] = [:]
        var changeCount = 0
        for window in 0..<400 {
            var changes = fixture.evaluate(Self.summaries(&generator))
            if generator.next(below: 50) == 0 {
                let replacement = rules.shuffled(using: &generator).dropFirst(generator.next(below: 2))
                changes += fixture.engine.replace(rules: Array(replacement), noDataAfterSeconds: 20)
            }
            changeCount += changes.count
            for change in changes {
                let incident = Incident(measure: change.measure, labels: change.labels)
                #expect(change.from == levels[incident] ?? .none, "window \(window)")
                #expect(change.from != change.to)
                #expect((change.to > change.from) == (change.reason == .exceeded))
                #expect((change.to > .none && change.to < change.from) == (change.reason == .eased))
                levels[incident] = change.to
            }
            let snapshot = fixture.engine.snapshot()
            let firing = snapshot.alerts.filter { $0.state == .firing }.map {
                (Incident(measure: snapshot.rules[$0.rule].measure, labels: $0.labels), $0.level)
            }
            // Traps where an incident occurs twice.
            #expect(Dictionary(uniqueKeysWithValues: firing) == levels.filter { $0.value > .none })
        }
        #expect(changeCount > 100)
    }

    private static func rule(_ statistic: Statistic, _ generator: inout SeededGenerator) -> AlertRule {
        let scale = statistic == .rate ? 0.5 : 100
        return AlertRule(
            timing: try! Glob("*"), statistic: statistic,
            thresholds: [.info: scale, .warning: scale * 2, .critical: scale * 3],
            holdForSeconds: Double(generator.next(below: 4)) * 10,
            recoveryMargin: Double(generator.next(below: 3)) * 0.2, minCount: UInt64(generator.next(below: 30)))
    }

    private static func summaries(_ generator: inout SeededGenerator) -> [TimingSummary] {
        (0..<8).compactMap { number in
            guard generator.next(below: 10) > 0 else { return nil }
            let count = generator.next(below: 5) == 0 ? 0 : UInt64(generator.next(below: 120))
            let p95 = Double(generator.next(below: 400))
            let p99 = generator.next(below: 30) == 0 ? .nan : p95 + 20
            return TimingSummary(
                timing: "latency_seconds", unit: .seconds, labels: ["n": "\(number)"],
                summary: WindowSummary(
                    count: count, spanSeconds: 60, p95: count > 0 ? p95 : nil, p99: count > 0 ? p99 : nil))
        }
    }
}
