import AnomalyDetect
import Telemetry
import Testing

@testable import Exporter

@Suite("Alerts and rules in Prometheus' JSON")
struct PrometheusAlertsJSONTests {
    private static func rule(_ thresholds: [AlertLevel: Double]) throws -> AlertRule {
        AlertRule(
            timing: try Glob("inference_*_seconds"), labels: ["model": try Glob("a*")], statistic: .p99,
            thresholds: thresholds, holdForSeconds: 30)
    }

    private static func alert(
        _ state: AlertSnapshot.Alert.State, _ level: AlertLevel, _ value: Double, _ labels: LabelSet = ["model": "a"]
    ) -> AlertSnapshot.Alert {
        AlertSnapshot.Alert(
            rule: 0, timing: "inference_latency_seconds", unit: .seconds, labels: labels, state: state, level: level,
            value: value, sinceUnixSeconds: 1_700_000_000.5)
    }

    @Test("without alerts the list is empty")
    func empty() {
        let text = String(decoding: PrometheusAlertsJSON.alerts(AlertSnapshot()), as: UTF8.self)
        #expect(text == #"{"status":"success","data":{"alerts":[]}}"#)
    }

    @Test("an alert has the shape that Prometheus gives it")
    func alerts() throws {
        var quiet = Self.alert(.pending, .critical, .infinity, ["model": "a\n\"b\"", "zone": "z"])
        quiet.quietSinceUnixSeconds = 1_700_000_060
        let snapshot = AlertSnapshot(
            rules: [try Self.rule([.warning: 0.05, .critical: 0.2])],
            alerts: [Self.alert(.firing, .warning, 0.15), quiet])
        let expected = #"""
            {"status": "success", "data": {"alerts": [
                {"labels": {"alertname": "LatencyAbnormal", "model": "a", "severity": "warning", "statistic": "p99",
                            "timing": "inference_latency_seconds"},
                 "annotations": {"summary":
                    "p99 of inference_latency_seconds{model=\"a\"} is 150 ms; the warning threshold is 50 ms"},
                 "state": "firing", "activeAt": "2023-11-14T22:13:20.5Z", "value": "1.5e-01"},
                {"labels": {"alertname": "LatencyAbnormal", "model": "a\n\"b\"", "severity": "critical",
                            "statistic": "p99", "timing": "inference_latency_seconds", "zone": "z"},
                 "annotations": {"quiet_since": "2023-11-14T22:14:20Z", "summary":
                    "p99 of inference_latency_seconds{model=\"a\\n\\\"b\\\"\",zone=\"z\"} was last +Inf; the critical threshold is 200 ms"},
                 "state": "pending", "activeAt": "2023-11-14T22:13:20.5Z", "value": "+Inf"}
            ]}}
            """#
        #expect(try ParsedJSON(PrometheusAlertsJSON.alerts(snapshot)) == ParsedJSON(Array(expected.utf8)))
    }

    @Test("each level of a rule is an alerting rule with the alerts at that level")
    func rules() throws {
        let snapshot = AlertSnapshot(
            evaluatedAt: Instant(monotonicSeconds: 5, unixSeconds: 1_700_000_030),
            rules: [try Self.rule([.warning: 0.05, .critical: 0.2])],
            alerts: [
                Self.alert(.pending, .warning, 0.06), Self.alert(.firing, .warning, 0.15, ["model": "ab"]),
            ])
        let bytes = PrometheusAlertsJSON.rules(
            snapshot, file: "/etc/latencyd/latencyd.yml", intervalSeconds: 10, evaluationSeconds: 0.0025)
        let expected = #"""
            {"status": "success", "data": {"groups": [{
                "name": "latencyd", "file": "/etc/latencyd/latencyd.yml", "interval": 10, "limit": 0,
                "evaluationTime": 0.0025, "lastEvaluation": "2023-11-14T22:13:50Z",
                "rules": [
                    {"state": "firing", "name": "LatencyAbnormal", "query":
                        "latencyd_observed_seconds{timing=~\"inference_.*_seconds\",statistic=\"p99\",model=~\"a.*\"} > 0.05",
                     "duration": 30, "labels": {"severity": "warning"}, "annotations": {}, "health": "ok",
                     "evaluationTime": 0.0025, "lastEvaluation": "2023-11-14T22:13:50Z", "type": "alerting",
                     "alerts": [PENDING, FIRING]},
                    {"state": "inactive", "name": "LatencyAbnormal", "query":
                        "latencyd_observed_seconds{timing=~\"inference_.*_seconds\",statistic=\"p99\",model=~\"a.*\"} > 0.2",
                     "duration": 30, "labels": {"severity": "critical"}, "annotations": {}, "health": "ok",
                     "evaluationTime": 0.0025, "lastEvaluation": "2023-11-14T22:13:50Z", "type": "alerting",
                     "alerts": []}
                ]}]}}
            """#
        // The alerts are the same objects as on the other page.
        let page = String(decoding: PrometheusAlertsJSON.alerts(snapshot), as: UTF8.self)
        let list = String(page.dropFirst(#"{"status":"success","data":{"alerts":["#.count).dropLast(3))
        let parts = expected.split(separator: "PENDING, FIRING").map(String.init)
        #expect(parts.count == 2)
        let filled = parts.joined(separator: list)
        #expect(try ParsedJSON(bytes) == ParsedJSON(Array(filled.utf8)))
    }

    @Test("a rule is pending while nothing fires, and unknown before the first evaluation")
    func states() throws {
        let snapshot = AlertSnapshot(
            rules: [try Self.rule([.info: 0.05])], alerts: [Self.alert(.pending, .info, 0.06)])
        let text = String(
            decoding: PrometheusAlertsJSON.rules(snapshot, file: "", intervalSeconds: 10), as: UTF8.self)
        #expect(text.contains(#""rules":[{"state":"pending""#))
        #expect(text.contains(#""health":"unknown""#) && text.contains(#""lastEvaluation":"0001-01-01T00:00:00Z""#))
    }

    @Test("own labels that clash with the alert's get a prefix, as often as it takes")
    func clashes() {
        let labels = AlertLabels.labels(
            rule: "R", level: .info, timing: "t", measure: .statistic(.p50),
            series: ["severity": "mine", "alertname": "x", "exported_alertname": "y", "a": "b"])
        #expect(
            labels == [
                "alertname": "R", "severity": "info", "timing": "t", "statistic": "p50", "exported_severity": "mine",
                "exported_alertname": "y", "exported_exported_alertname": "x", "a": "b",
            ])
    }

    @Test("an engine's own snapshot goes through both pages")
    func fromEngine() throws {
        var engine = AlertEngine(rules: [try Self.rule([.warning: 0.05])], noDataAfterSeconds: 60)
        let summary = TimingSummary(
            timing: "inference_latency_seconds", unit: .seconds, labels: ["model": "a"],
            summary: WindowSummary(count: 9, spanSeconds: 60, p99: 0.07))
        for seconds in [0.0, 10, 20, 30] {
            _ = engine.evaluate([summary], at: Instant(monotonicSeconds: seconds, unixSeconds: 1_700_000_000 + seconds))
        }
        let text = String(decoding: PrometheusAlertsJSON.alerts(engine.snapshot()), as: UTF8.self)
        #expect(text.contains(#""state":"firing","activeAt":"2023-11-14T22:13:20Z","value":"7e-02""#))
        let families = AlertMetrics.families(engine.levels(), notEvaluated: 3, engine.snapshot())
        #expect(families.map(\.descriptor) == AlertMetrics.descriptors)
        #expect(families[1].samples == [Sample([:], 3)])
        #expect(families[2].samples == [Sample(["alertname": "LatencyAbnormal", "level": "warning"], 1)])
        let labels: LabelSet = ["timing": "inference_latency_seconds", "statistic": "p99", "model": "a"]
        #expect(families.first?.samples == [Sample(labels, 2)])
    }

    @Test("a signal's alert has no timing, and built-in rules are a group of their own")
    func signals() {
        var engine = AlertEngine(rules: BuiltInRules.all, noDataAfterSeconds: 60)
        let lost = MetricFamily(
            MetricDescriptor(.gauge, "latencyd_gpu_lost", help: "Lost."), [Sample(["gpu": "1"], 1)])
        let changes = engine.evaluate(
            [], signals: [lost], at: Instant(monotonicSeconds: 1, unixSeconds: 1_700_000_000))
        let alerts = String(decoding: PrometheusAlertsJSON.alerts(engine.snapshot()), as: UTF8.self)
        #expect(alerts.contains(#""labels":{"alertname":"GPULost","gpu":"1","severity":"critical"}"#))
        #expect(alerts.contains(#"latencyd_gpu_lost{gpu=\"1\"} is 1; the critical threshold is 0"#))
        let rules = String(
            decoding: PrometheusAlertsJSON.rules(engine.snapshot(), file: "f", intervalSeconds: 10), as: UTF8.self)
        #expect(rules.contains(#""name":"latencyd","file":"f","rules":[]"#))
        #expect(rules.contains(#""name":"latencyd built-in","file":"""#))
        #expect(rules.contains(#""query":"latencyd_gpu_lost > 0""#))
        #expect(rules.contains(#""query":"increase(latencyd_gpu_xid_total[10m]) > 0""#))
        let fields = Dictionary(
            uniqueKeysWithValues: AlertMessage(changes[0]).journalFields.map { ($0.name, $0.value) })
        #expect(fields["LATENCYD_SIGNAL"] == "latencyd_gpu_lost")
        #expect(fields["LATENCYD_TIMING"] == nil && fields["LATENCYD_STATISTIC"] == nil)
        #expect(
            fields["MESSAGE"]?.hasPrefix(#"latencyd_gpu_lost{gpu="1"} is 1, over the critical threshold of 0, since "#)
                == true)
    }
}
