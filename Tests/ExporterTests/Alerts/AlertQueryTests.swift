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

    @Test("label patterns are escaped for both languages, in the order of their names")
    func labels() throws {
        let rule = AlertRule(
            timing: try Glob("a"), labels: ["z": try Glob("v1.\\**"), "b": try Glob("x\"y\n")], statistic: .rate,
            thresholds: [.info: 1])
        #expect(AlertQuery.text(rule, threshold: 1) == #"latencyd_rate{timing="a",b="x\"y\n",z=~"v1\\.\\*.*"} > 1"#)
    }
}
