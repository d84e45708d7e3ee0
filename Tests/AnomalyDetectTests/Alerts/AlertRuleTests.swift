import AnomalyDetect
import Telemetry
import Testing

@Suite("Alert rule")
struct AlertRuleTests {
    @Test("a rule that can work passes")
    func valid() throws {
        try AlertFixture.rule(hold: 30, margin: 0.99, thresholds: [.info: 0, .critical: 1]).validate()
    }

    @Test(
        "a rule that cannot work says why",
        arguments: [
            (AlertFixture.rule(thresholds: [:]), "no threshold"),
            (AlertFixture.rule(thresholds: [.none: 1]), "no threshold"),
            (AlertFixture.rule(thresholds: [.info: -1]), "info threshold -1.0"),
            (AlertFixture.rule(thresholds: [.critical: .infinity]), "critical threshold inf"),
            (
                AlertFixture.rule(thresholds: [.info: 2, .critical: 2]),
                "critical threshold that is not beyond its info"
            ),
            (AlertFixture.rule(hold: -1), "-1.0 seconds"),
            (AlertFixture.rule(hold: .nan), "nan seconds"),
            (AlertFixture.rule(margin: 1), "recovery margin 1.0"),
            (AlertFixture.rule(margin: .nan), "recovery margin nan"),
        ])
    func invalid(rule: AlertRule, text: String) {
        let error = #expect(throws: AlertRuleError.self) { try rule.validate() }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("'LatencyAbnormal'") == true)
    }

    @Test("levels have the names and numbers that configuration and metrics use")
    func levels() {
        #expect(AlertLevel.allCases.map(\.name) == ["none", "info", "warning", "critical"])
        #expect(AlertLevel.allCases.map(\.rawValue) == [0, 1, 2, 3])
        #expect(AlertLevel(name: "warning") == .warning && AlertLevel(name: "Warning") == nil)
        #expect(AlertLevel.allCases.sorted() == AlertLevel.allCases)
    }
}
