public import Telemetry

/// When a statistic of some timings, or some signals, are worth an alert: thresholds that the value must be over, or
/// under, for some time.
public struct AlertRule: Sendable, Hashable {
    /// The name of an alert on a timing unless the rule gives another.
    public static let defaultName = "LatencyAbnormal"
    /// The name of an alert on silence unless the rule gives another.
    public static let absenceName = "TimingsAbsent"

    /// The label `alertname`.
    public var name: String
    /// Which timings, by exposed name; for a signal which samples, by the name on the page, a counter's `_total`
    /// included.
    public var timing: Glob
    /// Which of their series: every named label must match; a label that a series lacks counts as empty.
    public var labels: [String: Glob]
    public var measure: AlertMeasure
    public var direction: AlertDirection
    /// In the timing's base unit (seconds, not milliseconds), for `rate` per second. A value exactly at a threshold
    /// is not over it.
    public var thresholds: [AlertLevel: Double]
    /// How long a value must be over a threshold without a break before the level counts, seconds.
    public var holdForSeconds: Double
    /// How far below its threshold, as a share of it, a value must come before the level ends; 0 ..< 1.
    public var recoveryMargin: Double
    /// With fewer observations in the trailing minute the value says nothing: no alert begins, none recovers. Not
    /// applied to `rate`, where few observations are the statement itself.
    public var minCount: UInt64
    /// Whether the daemon brings it along.
    public var isBuiltIn = false

    public init(
        name: String = AlertRule.defaultName, timing: Glob, labels: [String: Glob] = [:], statistic: Statistic,
        thresholds: [AlertLevel: Double], holdForSeconds: Double = 0, recoveryMargin: Double = 0, minCount: UInt64 = 0
    ) {
        self.name = name
        self.timing = timing
        self.labels = labels
        measure = .statistic(statistic)
        direction = .above
        self.thresholds = thresholds
        self.holdForSeconds = holdForSeconds
        self.recoveryMargin = recoveryMargin
        self.minCount = minCount
    }

    /// A rule on signals. There is no least count: every sample of a signal is a statement.
    ///
    /// - Parameters:
    ///   - signal: the names of samples.
    ///   - measure: `value` or `increase`.
    public init(
        name: String, signal: Glob, labels: [String: Glob] = [:], measure: AlertMeasure = .value,
        direction: AlertDirection = .above, thresholds: [AlertLevel: Double], holdForSeconds: Double = 0,
        recoveryMargin: Double = 0
    ) {
        self.name = name
        timing = signal
        self.labels = labels
        self.measure = measure
        self.direction = direction
        self.thresholds = thresholds
        self.holdForSeconds = holdForSeconds
        self.recoveryMargin = recoveryMargin
        minCount = 0
    }

    /// A rule on silence: no observation for `absentSeconds`.
    public init(
        name: String = AlertRule.absenceName, timing: Glob, labels: [String: Glob] = [:], absentSeconds: Double,
        level: AlertLevel = .warning
    ) {
        self.name = name
        self.timing = timing
        self.labels = labels
        measure = .absence(afterSeconds: absentSeconds)
        direction = .above
        thresholds = [level: absentSeconds]
        holdForSeconds = 0
        recoveryMargin = 0
        minCount = 0
    }

    /// Whether the rule watches the series `labels` of a timing whose name it matches.
    func watches(labels series: LabelSet) -> Bool {
        labels.allSatisfy { name, glob in glob.matches(series[name] ?? "") }
    }

    /// Throws the first thing that makes the rule impossible. The engine runs such a rule without harm, but it will
    /// not do what its author meant.
    public func validate() throws(AlertRuleError) {
        guard !name.isEmpty else { throw .noName }
        let levels = thresholds.filter { $0.key > .none }.sorted { $0.key < $1.key }
        guard !levels.isEmpty else { throw .noThreshold(rule: name) }
        for (level, value) in levels where !(value.isFinite && (value >= 0 || measure == .value)) {
            throw .thresholdImpossible(rule: name, level: level, value: value)
        }
        for (lower, upper) in zip(levels, levels.dropFirst())
        where upper.value * direction.sign <= lower.value * direction.sign {
            throw .thresholdsNotRising(rule: name, lower: lower.key, upper: upper.key)
        }
        guard holdForSeconds.isFinite, holdForSeconds >= 0 else {
            throw .holdImpossible(rule: name, seconds: holdForSeconds)
        }
        guard recoveryMargin >= 0, recoveryMargin < 1 else {
            throw .recoveryMarginImpossible(rule: name, ratio: recoveryMargin)
        }
    }
}
