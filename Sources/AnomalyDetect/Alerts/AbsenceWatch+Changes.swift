import Telemetry

extension AbsenceWatch {
    /// What is told of an alert on silence: `silent` is for how long, seconds.
    func change(
        _ key: AlertGroup.Member, _ rule: AlertRule, _ since: Instant, seen: Instant?, silent: Double?,
        _ reason: AlertChange.Reason
    ) -> AlertChange {
        let level = rule.absenceLevel
        let begins = reason == .exceeded
        var change = AlertChange(
            rule: rule.name, timing: key.timing, unit: .seconds, labels: key.labels, measure: rule.measure,
            from: begins ? .none : level, to: begins ? level : .none, value: silent,
            threshold: silent == nil ? nil : .init(level: level, value: rule.absenceSeconds),
            sinceUnixSeconds: since.unixSeconds, atUnixSeconds: (evaluatedAt ?? since).unixSeconds, reason: reason)
        change.lastSeenUnixSeconds = seen?.unixSeconds
        return change
    }
}

extension AlertMeasure {
    /// How long a timing must be silent; nil where that is not what is watched.
    var absenceSeconds: Double? {
        if case .absence(let seconds) = self { seconds } else { nil }
    }
}

extension AlertRule {
    /// Infinite where the rule is on something else.
    var absenceSeconds: Double { measure.absenceSeconds ?? .infinity }

    var absenceLevel: AlertLevel { thresholds.keys.max() ?? .warning }
}

extension Instant {
    func earlier(by seconds: Double) -> Instant {
        Instant(monotonicSeconds: monotonicSeconds - seconds, unixSeconds: unixSeconds - seconds)
    }
}
