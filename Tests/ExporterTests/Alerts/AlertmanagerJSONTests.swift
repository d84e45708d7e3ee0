import AnomalyDetect
import Exporter
import Telemetry
import TestSupport
import Testing

@Suite("Alerts for an Alertmanager")
struct AlertmanagerJSONTests {
    private func snapshot(_ alerts: [AlertSnapshot.Alert]) throws -> AlertSnapshot {
        let rule = AlertRule(timing: try Glob("*"), statistic: .p99, thresholds: [.warning: 0.05, .critical: 0.2])
        return AlertSnapshot(rules: [rule], alerts: alerts)
    }

    private func alert(_ state: AlertSnapshot.Alert.State, _ level: AlertLevel) -> AlertSnapshot.Alert {
        AlertSnapshot.Alert(
            rule: 0, timing: "a_seconds", unit: .seconds, labels: ["model": "m\"1"], state: state, level: level,
            value: 0.1, sinceUnixSeconds: 1_788_134_400)
    }

    @Test("are those that fire, with labels, begin and end")
    func body() throws {
        let firing = OutgoingAlert.firing(
            try snapshot([alert(.pending, .critical), alert(.firing, .warning)]), signals: SignalSnapshot())
        #expect(firing.count == 1)
        let body = String(
            decoding: AlertmanagerJSON.body(firing.map { ($0, 1_788_134_640) }), as: UTF8.self)
        #expect(
            body
                == #"[{"labels":{"alertname":"LatencyAbnormal","model":"m\"1","severity":"warning","statistic":"p99","timing":"a_seconds"},"#
                + #""annotations":{"summary":"p99 of a_seconds{model=\"m\\\"1\"} is 100 ms; the warning threshold is 50 ms"},"#
                + #""startsAt":"2026-08-31T00:00:00Z","endsAt":"2026-08-31T00:04:00Z"}]"#)
    }

    @Test("end after they began, whatever clocks say")
    func order() throws {
        let firing = OutgoingAlert.firing(try snapshot([alert(.firing, .warning)]), signals: SignalSnapshot())
        let body = String(decoding: AlertmanagerJSON.body(firing.map { ($0, 5) }), as: UTF8.self)
        #expect(body.hasSuffix(#""startsAt":"2026-08-31T00:00:00Z","endsAt":"2026-08-31T00:00:00.001Z"}]"#))
    }

    @Test("name what else is unusual, the worst first, and no more than a few")
    func signals() throws {
        let scores = (0..<14).map {
            SignalSnapshot.Score(
                signal: "latencyd_s\($0)", labels: ["device": "d"], score: Double($0) / 2, value: 97,
                expected: 60.04, unit: .celsius, isRate: $0 == 12)
        }
        let firing = OutgoingAlert.firing(
            try snapshot([alert(.firing, .warning)]), signals: SignalSnapshot(scores: scores))
        let text = try #require(firing.first?.annotations["also_unusual"])
        #expect(
            text.hasPrefix(
                #"latencyd_s13{device="d"} 97 °C, expected 60 °C (score 6.5), "#
                    + #"latencyd_s12{device="d"} 97 °C a second, expected 60 °C a second (score 6), "#))
        #expect(text.hasSuffix(", and 1 more"))
        #expect(!text.contains("latencyd_s3{"))
        let calm = OutgoingAlert.firing(
            try snapshot([alert(.firing, .warning)]), signals: SignalSnapshot(scores: Array(scores[..<3])))
        #expect(calm.first?.annotations["also_unusual"] == nil)
    }
}
