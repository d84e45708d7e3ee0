public import AnomalyDetect
internal import Telemetry

/// What is said about an alert to people, beside its labels.
public enum AlertAnnotations {
    /// Signals of other layers that are named.
    public static let signalsMax = 5
    /// The longest text, in characters.
    private static let charactersMax = 1_000

    /// `summary` is one sentence; the others what a template may want for itself. In a fixed order.
    ///
    /// - Parameter signals: how far the hardware and the model servers are from what is usual now.
    public static func annotations(
        _ alert: AlertSnapshot.Alert, _ rule: AlertRule, signals: SignalSnapshot = SignalSnapshot()
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
        if let off = text(signals) { annotations.append(("also_unusual", off)) }
        return annotations
    }

    /// The signals that are furthest from what is usual; nil when all are as always.
    private static func text(_ signals: SignalSnapshot) -> String? {
        let off = signals.scores.filter { $0.score > 1 }
            .sorted { ($0.score, $1.signal, "\($1.labels)") > ($1.score, $0.signal, "\($0.labels)") }
        guard !off.isEmpty else { return nil }
        let named = off.prefix(signalsMax).map {
            "\(AlertSubject.text(.value, $0.signal, $0.labels)) (score \(ReadableValue.text($0.score, .none, .value, digitsMax: 2)))"
        }
        let rest = off.count > signalsMax ? ", and \(off.count - signalsMax) more" : ""
        return String((named.joined(separator: ", ") + rest).prefix(charactersMax))
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
