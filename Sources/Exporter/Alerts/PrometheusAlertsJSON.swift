public import AnomalyDetect
import Telemetry

/// The bodies of `/api/v1/alerts` and `/api/v1/rules` in the shapes of Prometheus' HTTP API v1.
public enum PrometheusAlertsJSON {
    /// All alerts that are pending or fire.
    ///
    /// - Parameter signals: how far the other layers are from what is usual.
    public static func alerts(_ snapshot: AlertSnapshot, signals: SignalSnapshot = SignalSnapshot()) -> [UInt8] {
        let alsoUnusual = SignalEvidence.text(signals)
        let alerts = snapshot.alerts.map { alert($0, snapshot.rules[$0.rule], alsoUnusual: alsoUnusual) }
        return success([("alerts", .array(alerts))])
    }

    /// The rules as one group, and the built-in ones as another. Each level of a rule is an alerting rule of its own, since an alerting rule of
    /// Prometheus has one severity. `file` is where the rules were read, `intervalSeconds` how often they are
    /// evaluated, `evaluationSeconds` how long that took the last time.
    public static func rules(
        _ snapshot: AlertSnapshot, file: String, intervalSeconds: Double, evaluationSeconds: Double = 0
    ) -> [UInt8] {
        var active: [RuleLevel: [AlertSnapshot.Alert]] = [:]
        for alert in snapshot.alerts {
            active[RuleLevel(rule: alert.rule, level: alert.level), default: []].append(alert)
        }
        let evaluation: [(String, JSONTree)] = [
            ("evaluationTime", .number(evaluationSeconds)), ("lastEvaluation", .string(lastEvaluation(snapshot))),
        ]
        func group(_ name: String, _ file: String, _ isMember: (AlertRule) -> Bool) -> JSONTree {
            var rules: [JSONTree] = []
            for (place, rule) in snapshot.rules.enumerated() where isMember(rule) {
                for level in AlertLevel.raised {
                    guard let threshold = rule.thresholds[level] else { continue }
                    let alerts = active[RuleLevel(rule: place, level: level)] ?? []
                    let health = snapshot.evaluatedAt == nil ? "unknown" : "ok"
                    rules.append(.object(description(rule, level, threshold, alerts, health: health) + evaluation))
                }
            }
            let group: [(String, JSONTree)] = [
                ("name", .string(name)), ("file", .string(file)), ("rules", .array(rules)),
                ("interval", .number(intervalSeconds)), ("limit", .number(0)),
            ]
            return .object(group + evaluation)
        }
        var groups = [group("latencyd", file) { !$0.isBuiltIn }]
        if snapshot.rules.contains(where: \.isBuiltIn) {
            groups.append(group("latencyd built-in", "") { $0.isBuiltIn })
        }
        return success([("groups", .array(groups))])
    }

    private struct RuleLevel: Hashable {
        let rule: Int
        let level: AlertLevel
    }

    private static func success(_ data: [(String, JSONTree)]) -> [UInt8] {
        JSONTree.object([("status", .string("success")), ("data", .object(data))]).bytes
    }

    /// The moment of the last evaluation; as in Prometheus the first day of the year 1 when there was none.
    private static func lastEvaluation(_ snapshot: AlertSnapshot) -> String {
        snapshot.evaluatedAt.map { UTCTime(unixSeconds: $0.unixSeconds).rfc3339 } ?? "0001-01-01T00:00:00Z"
    }

    private static func description(
        _ rule: AlertRule, _ level: AlertLevel, _ threshold: Double, _ alerts: [AlertSnapshot.Alert], health: String
    ) -> [(String, JSONTree)] {
        // Those that fire come before those that are pending in what the state says.
        let state = alerts.contains { $0.state == .firing } ? "firing" : alerts.isEmpty ? "inactive" : "pending"
        return [
            ("state", .string(state)),
            ("name", .string(rule.name)),
            ("query", .string(AlertQuery.text(rule, threshold: threshold))),
            ("duration", .number(rule.holdForSeconds)),
            ("labels", .object([("severity", .string(level.name))])),
            ("annotations", .object([])),
            ("alerts", .array(alerts.map { alert($0, rule) })),
            ("health", .string(health)),
            ("type", .string("alerting")),
        ]
    }

    private static func alert(
        _ alert: AlertSnapshot.Alert, _ rule: AlertRule, alsoUnusual: String? = nil
    ) -> JSONTree {
        let labels = AlertLabels.labels(
            rule: rule.name, level: alert.level, timing: alert.timing, measure: rule.measure, series: alert.labels)
        let annotations = AlertAnnotations.annotations(alert, rule, alsoUnusual: alsoUnusual)
        return .object([
            ("labels", .object(labels.labels.map { ($0.name, .string($0.value)) })),
            ("annotations", .object(annotations.map { ($0.name, .string($0.text)) })),
            ("state", .string(alert.state.rawValue)),
            ("activeAt", .string(UTCTime(unixSeconds: alert.sinceUnixSeconds).rfc3339)),
            ("value", .string(alert.value.prometheusScientific)),
        ])
    }
}
