public import AnomalyDetect
public import Telemetry

/// An alert that fires, as an Alertmanager is told about it.
public struct OutgoingAlert: Sendable, Equatable {
    /// They identify it. With `severity`: when the level changes, one alert ends and another begins.
    public var labels: LabelSet
    /// Name and text.
    public var annotations: [String: String]
    /// When the incident began, Unix seconds.
    public var beginSeconds: Double

    public init(labels: LabelSet, annotations: [String: String], beginSeconds: Double) {
        self.labels = labels
        self.annotations = annotations
        self.beginSeconds = beginSeconds
    }

    /// All that fire now.
    ///
    /// - Parameter signals: how far the other layers are from what is usual.
    public static func firing(_ snapshot: AlertSnapshot, signals: SignalSnapshot) -> [OutgoingAlert] {
        let alsoUnusual = SignalEvidence.text(signals)
        return snapshot.alerts.lazy.filter { $0.state == .firing }.map { alert in
            let rule = snapshot.rules[alert.rule]
            let annotations = AlertAnnotations.annotations(alert, rule, alsoUnusual: alsoUnusual)
            return OutgoingAlert(
                labels: AlertLabels.labels(
                    rule: rule.name, level: alert.level, timing: alert.timing, measure: rule.measure,
                    series: alert.labels),
                annotations: Dictionary(annotations.map { ($0.name, $0.text) }) { first, _ in first },
                beginSeconds: alert.sinceUnixSeconds)
        }
    }

    /// What is the same for all levels of an incident.
    public var incident: LabelSet { LabelSet(labels.labels.filter { $0.name != "severity" }) }
}

/// The body of a request to an Alertmanager's API, version 2: `POST /api/v2/alerts`.
public enum AlertmanagerJSON {
    /// - Parameter alerts: with the moment when each ended, or by which it is to be heard of again; Unix seconds.
    public static func body(_ alerts: [(alert: OutgoingAlert, endSeconds: Double)]) -> [UInt8] {
        JSONTree.array(
            alerts.map { alert, endSeconds in
                .object([
                    ("labels", .object(alert.labels.labels.map { ($0.name, .string($0.value)) })),
                    (
                        "annotations",
                        .object(alert.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
                    ),
                    ("startsAt", .string(UTCTime(unixSeconds: alert.beginSeconds).rfc3339)),
                    // Equal moments would be refused as an alert that ends before it begins is.
                    ("endsAt", .string(UTCTime(unixSeconds: max(endSeconds, alert.beginSeconds + 0.001)).rfc3339)),
                ])
            }
        ).bytes
    }
}
