internal import AnomalyDetect

/// `alerts.rules[]` with `signal`: bounds for the exposed signals that match.
struct SignalRuleConfiguration: Sendable, Equatable {
    static let increaseRange: ClosedRange<Duration> = .seconds(10) ... .seconds(3_600)

    /// The alert's label `alertname`. Required.
    var name: String
    /// A pattern (`Glob`) for names of samples as the page shows them. Required.
    var signal: String
    /// As for rules on timings.
    var labels: [String: String] = [:]
    /// `above` or `below`. Required.
    var direction: AlertDirection
    /// At least one, going further with the level. Required.
    var thresholds: AlertThresholds
    /// For counters: what is compared is by how much they rose over this time. 10s to 1h; nil: the value as it is.
    var increase: Duration?
    /// As for rules on timings.
    var `for`: Duration = .seconds(30)
    /// As for rules on timings.
    var recoveryMargin = 0.1
}
