public import AnomalyDetect
internal import Telemetry

/// What is said about an alert to people, beside its labels.
public enum AlertAnnotations {
    /// `summary` is one sentence; the others what a template may want for itself. In a fixed order.
    ///
    /// - Parameter alsoUnusual: which signals of the hardware and the model servers are off now
    ///   (``SignalEvidence/text(_:)``); nil when all are as always.
    public static func annotations(
        _ alert: AlertSnapshot.Alert, _ rule: AlertRule, alsoUnusual: String? = nil
    ) -> [(name: String, text: String)] {
        var annotations = [(name: "summary", text: summary(alert, rule))]
        if let learned = alert.learned {
            annotations += [
                ("statistic", learned.statistic.rawValue), ("expected", learned.expected.shortestText),
                ("lower", learned.lower.shortestText), ("upper", learned.upper.shortestText),
                ("score", learned.score.shortestText), ("sigma", learned.sigma.shortestText),
            ]
        }
        if rule.measure.isAbsence {
            annotations.append(("silent_for", PromQLDuration.text(alert.value.rounded())))
            if let seen = alert.lastSeenUnixSeconds {
                annotations.append(("last_seen", UTCTime(unixSeconds: seen).rfc3339))
            }
        }
        if let group = alert.group { annotations.append(("series", String(group.count))) }
        if let quietSince = alert.quietSinceUnixSeconds {
            annotations.append(("quiet_since", UTCTime(unixSeconds: quietSince).rfc3339))
        }
        if let until = alert.mutedUntilUnixSeconds {
            annotations.append(("muted", "until \(UTCTime(unixSeconds: until.rounded()).rfc3339)"))
        }
        if let alsoUnusual { annotations.append((SignalEvidence.annotation, alsoUnusual)) }
        return annotations
    }

    private static func summary(_ alert: AlertSnapshot.Alert, _ rule: AlertRule) -> String {
        if let group = alert.group { return AlertSubject.text(group) }
        if rule.measure.isAbsence { return AbsenceText.summary(alert, rule) }
        let measure = alert.learned.map { AlertMeasure.statistic($0.statistic) } ?? rule.measure
        let subject = AlertSubject.text(measure, alert.timing, alert.labels)
        let isNow = alert.quietSinceUnixSeconds == nil ? "is" : "was last"
        if let learned = alert.learned { return "\(subject) \(isNow) \(ReadableValue.text(learned, alert.unit))" }
        let threshold = rule.thresholds[alert.level] ?? .nan
        let texts = ReadableValue.pair(alert.value, threshold: threshold, alert.unit, rule.measure)
        return "\(subject) \(isNow) \(texts.value); the \(alert.level.name) threshold is \(texts.threshold)"
    }
}
