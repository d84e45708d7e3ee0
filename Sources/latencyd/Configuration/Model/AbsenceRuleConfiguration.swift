internal import AnomalyDetect

/// `alerts.rules[]` with `absent`: timings that ought to come and do not.
struct AbsenceRuleConfiguration: Sendable, Equatable {
    static let absentRange: ClosedRange<Duration> = .seconds(10) ... .seconds(7 * 86_400)

    /// The alert's label `alertname`. Default `TimingsAbsent`.
    var name = AlertRule.absenceName
    /// As for rules on statistics. Required. Where it names one timing, that is expected to come from the start on.
    var timing: String
    /// As for rules on statistics.
    var labels: [String: String] = [:]
    /// How long a series must have had no observation. Required; 10s to 7d.
    var absent: Duration
    /// Default warning.
    var level = AlertLevel.warning
}
