import AnomalyDetect
import Telemetry
import Testing

@testable import Exporter

@Suite("Alert rules as PromQL")
struct AlertQueryTests {
    @Test(
        "a threshold is said over the metrics that are exposed",
        arguments: [
            (
                "a_seconds", Statistic.p99, 0.05,
                #"latencyd_observed_seconds{timing="a_seconds",statistic="p99"} > 0.05"#
            ),
            ("*_bytes", .mean, 1e6, #"latencyd_observed_bytes{timing=~".*_bytes",statistic="mean"} > 1000000"#),
            ("*", .stddev, 1, #"{__name__=~"latencyd_observed(_.*)?",timing=~".*",statistic="stddev"} > 1"#),
            (
                "*[_seconds]", .p50, 1,
                #"{__name__=~"latencyd_observed(_.*)?",timing=~".*[_seconds]",statistic="p50"} > 1"#
            ),
            ("a*", .rate, 100, #"latencyd_rate{timing=~"a.*"} > 100"#),
            ("a_seconds", .p95, 1e-9, #"latencyd_observed_seconds{timing="a_seconds",statistic="p95"} > 1e-09"#),
        ])
    func queries(timing: String, statistic: Statistic, threshold: Double, text: String) throws {
        let rule = AlertRule(timing: try Glob(timing), statistic: statistic, thresholds: [.info: threshold])
        #expect(AlertQuery.text(rule, threshold: threshold) == text)
    }

    @Test(
        "a rule on signals is said over the signal itself",
        arguments: [
            ("latencyd_a", [:], .value, .above, "latencyd_a > 5"),
            ("latencyd_a", ["gpu": "0"], .value, .below, #"latencyd_a{gpu="0"} < 5"#),
            ("latencyd_*", [:], .value, .above, #"{__name__=~"latencyd_.*"} > 5"#),
            (
                "latencyd_a_total", ["x": "y*"], .increase(overSeconds: 90), .above,
                #"increase(latencyd_a_total{x=~"y.*"}[90s]) > 5"#
            ),
            ("latencyd_a_total", [:], .increase(overSeconds: 7_200), .above, "increase(latencyd_a_total[2h]) > 5"),
            ("latencyd_a_total", [:], .increase(overSeconds: 0.5), .above, "increase(latencyd_a_total[500ms]) > 5"),
        ] as [(String, [String: String], AlertMeasure, AlertDirection, String)])
    func signals(
        signal: String, labels: [String: String], measure: AlertMeasure, direction: AlertDirection, text: String
    ) throws {
        let rule = AlertRule(
            name: "R", signal: try Glob(signal), labels: try labels.mapValues { try Glob($0) }, measure: measure,
            direction: direction, thresholds: [.info: 5])
        #expect(AlertQuery.text(rule, threshold: 5) == text)
    }

    @Test("silence is said over the rate; of one timing also that nobody has seen it")
    func absence() throws {
        let many = AlertRule(
            timing: try Glob("a_*"), labels: ["z": try Glob("b")], absentSeconds: 300, level: .warning)
        #expect(
            AlertQuery.text(many, threshold: 300) == #"max_over_time(latencyd_rate{timing=~"a_.*",z="b"}[5m]) == 0"#)
        let one = AlertRule(timing: try Glob("a"), absentSeconds: 20, level: .warning)
        #expect(
            AlertQuery.text(one, threshold: 20) == #"max_over_time(latencyd_rate{timing="a"}[20s]) == 0 "#
                + #"or absent_over_time(latencyd_rate{timing="a"}[20s])"#)
    }

    @Test("label patterns are escaped for both languages, in the order of their names")
    func labels() throws {
        let rule = AlertRule(
            timing: try Glob("a"), labels: ["z": try Glob("v1.\\**"), "b": try Glob("x\"y\n")], statistic: .rate,
            thresholds: [.info: 1])
        #expect(AlertQuery.text(rule, threshold: 1) == #"latencyd_rate{timing="a",b="x\"y\n",z=~"v1\\.\\*.*"} > 1"#)
    }
}
