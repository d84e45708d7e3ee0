import AnomalyDetect
import Telemetry

/// What is said about timings that do not come.
enum AbsenceText {
    /// One sentence about a change.
    static func sentence(_ change: AlertChange) -> String {
        let subject = AlertSubject.text(change.measure, change.timing, change.labels)
        let at = UTCTime(unixSeconds: change.atUnixSeconds)
        let began = UTCTime(unixSeconds: change.sinceUnixSeconds).text(besides: at)
        switch change.reason {
        case .recovered:
            return
                "timings of \(subject) come again, after \(seconds(change.value)); the \(change.from.name) alert since "
                + "\(began) ends"
        case .noData:
            return
                "timings of \(subject) have not come for too long to be expected; the \(change.from.name) alert since "
                + "\(began) ends without recovery"
        case .exceeded, .eased, .takenOver, .grouped:
            let last = change.lastSeenUnixSeconds.map { UTCTime(unixSeconds: $0).text(besides: at) }
            return silence(subject, change.value, last: last, limit: change.threshold?.value, change.to)
        case .ruleRemoved:
            return "the rule \(AlertSubject.escaped(change.rule)) for \(subject) was changed or removed; the "
                + "\(change.from.name) alert since \(began) ends"
        }
    }

    /// One sentence about an alert that fires.
    static func summary(_ alert: AlertSnapshot.Alert, _ rule: AlertRule) -> String {
        silence(
            AlertSubject.text(rule.measure, alert.timing, alert.labels), alert.value,
            last: alert.lastSeenUnixSeconds.map { UTCTime(unixSeconds: $0).rfc3339 },
            limit: rule.thresholds[alert.level], alert.level)
    }

    private static func silence(
        _ subject: String, _ value: Double?, last: String?, limit: Double?, _ level: AlertLevel
    ) -> String {
        "\(subject) has had no timings for \(seconds(value)), \(last.map { "the last at \($0)" } ?? "none since the start"); "
            + "the \(level.name) limit is \(seconds(limit))"
    }

    /// Whole seconds: a window is not told apart any finer.
    private static func seconds(_ value: Double?) -> String {
        value.map { "\($0.rounded().shortestText) s" } ?? "too long"
    }
}
