import Telemetry

extension AlertRule {
    /// The rule that makes alerts of learned levels, for all timings. The detector has decided on levels with budgets
    /// of its own, so that nothing is waited for here.
    public static let learned: AlertRule = {
        guard let all = try? Glob("*") else { preconditionFailure("'*' is no pattern") }
        // Half-way between the numbers of the levels.
        let thresholds = AlertLevel.raised.map { ($0, Double($0.rawValue) - 0.5) }
        var rule = AlertRule(
            name: defaultName, signal: all, measure: .learned, thresholds: Dictionary(uniqueKeysWithValues: thresholds))
        rule.isBuiltIn = true
        return rule
    }()
}
