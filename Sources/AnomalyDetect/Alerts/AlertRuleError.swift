/// Why an alert rule cannot work.
public enum AlertRuleError: Error, Sendable, Hashable, CustomStringConvertible {
    case noName
    case noThreshold(rule: String)
    /// Negative, infinite or not a number.
    case thresholdImpossible(rule: String, level: AlertLevel, value: Double)
    case thresholdsNotRising(rule: String, lower: AlertLevel, upper: AlertLevel)
    case holdImpossible(rule: String, seconds: Double)
    case recoveryMarginImpossible(rule: String, ratio: Double)

    public var description: String {
        switch self {
        case .noName:
            "an alert rule has an empty name; give it one or leave the name out for '\(AlertRule.defaultName)'"
        case .noThreshold(let rule):
            "alert rule '\(rule)' has no threshold; give at least one of info, warning and critical"
        case .thresholdImpossible(let rule, let level, let value):
            "alert rule '\(rule)' has the \(level.name) threshold \(value); give a finite number of at least 0"
        case .thresholdsNotRising(let rule, let lower, let upper):
            "alert rule '\(rule)' has a \(upper.name) threshold that is not beyond its \(lower.name) threshold; "
                + "raise the one or lower the other"
        case .holdImpossible(let rule, let seconds):
            "alert rule '\(rule)' must hold for \(seconds) seconds; give a finite duration of at least 0"
        case .recoveryMarginImpossible(let rule, let ratio):
            "alert rule '\(rule)' has the recovery margin \(ratio); give a share of at least 0 and below 1"
        }
    }
}
