import Telemetry

/// One value for each level that an alert can fire at.
struct PerLevel<Value: Sendable>: Sendable {
    private var info: Value
    private var warning: Value
    private var critical: Value

    init(repeating value: Value) {
        info = value
        warning = value
        critical = value
    }

    subscript(level: AlertLevel) -> Value {
        get {
            switch level {
            case .info: info
            case .warning: warning
            case .critical: critical
            case .none: preconditionFailure("an alert does not fire at level none")
            }
        }
        set {
            switch level {
            case .info: info = newValue
            case .warning: warning = newValue
            case .critical: critical = newValue
            case .none: preconditionFailure("an alert does not fire at level none")
            }
        }
    }
}

/// The numbers of a rule, laid out for the loop over all series: no references, nothing to count.
///
/// For a rule on values below a threshold all numbers have the other sign, so that "over" is always the bad side.
struct AlertLimits: Sendable {
    let measure: AlertMeasure
    let sign: Double
    /// A value above reaches the level; infinite where the rule has no such level.
    private(set) var thresholds = PerLevel(repeating: Double.infinity)
    /// A value above keeps the level.
    private(set) var recoveries = PerLevel(repeating: Double.infinity)
    /// The smallest of the thresholds.
    private(set) var lowestThreshold = Double.infinity
    let holdForSeconds: Double
    let minCount: UInt64

    init(_ rule: AlertRule) {
        measure = rule.measure
        sign = rule.direction.sign
        holdForSeconds = rule.holdForSeconds
        minCount = rule.measure == .statistic(.rate) ? 0 : rule.minCount
        for (level, threshold) in rule.thresholds where level > .none && threshold.isFinite {
            let signed = threshold * sign
            thresholds[level] = signed
            recoveries[level] = signed - signed.magnitude * rule.recoveryMargin
            lowestThreshold = min(lowestThreshold, signed)
        }
    }

    /// The lowest level above `level` that the rule has; nil at the top.
    func next(above level: AlertLevel) -> AlertLevel? {
        AlertLevel.raised.first { $0 > level && thresholds[$0] < .infinity }
    }
}

/// What a summary says about a rule's statistic.
enum AlertObservation: Equatable {
    case value(Double)
    /// There are observations, but not enough for a statement, or their statistic is not a number.
    case nothing
    /// There are no observations, or nobody states the statistic.
    case quiet

    init(_ summary: WindowSummary, _ statistic: Statistic, _ limits: AlertLimits) {
        guard let value = summary.value(statistic), summary.count != 0 || statistic == .rate else {
            self = .quiet
            return
        }
        let isEnough = summary.count ?? .max >= limits.minCount && !value.isNaN
        self = isEnough ? .value(value) : .nothing
    }
}
