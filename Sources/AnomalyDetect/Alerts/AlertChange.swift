public import Telemetry

/// One change of level of one alert.
public struct AlertChange: Sendable, Equatable {
    /// Why the level changed.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The value has been over a higher level's threshold for long enough.
        case exceeded
        /// The value is back below a level, but not below all.
        case eased
        /// The value is back below all levels.
        case recovered
        /// Nothing has been observed for too long: the alert ends, and nobody knows whether things are well.
        case noData
        /// The rule was changed or taken away.
        case ruleRemoved
        /// An alert of a rule with thresholds goes on in its place.
        case takenOver
        /// So many series are abnormal at once that one alert speaks for all of them.
        case grouped
    }

    /// A level's threshold.
    public struct Threshold: Sendable, Hashable {
        public var level: AlertLevel
        /// In the timing's base unit, for `rate` per second.
        public var value: Double

        public init(level: AlertLevel, value: Double) {
            self.level = level
            self.value = value
        }
    }

    /// The rule's name.
    public var rule: String
    /// The exposed name of the timing or signal, its unit, and the labels of its series.
    public var timing: String
    public var unit: MetricUnit
    public var labels: LabelSet
    public var measure: AlertMeasure
    public var direction: AlertDirection
    public var from: AlertLevel
    public var to: AlertLevel
    /// The value that decided, in the timing's base unit, for `rate` per second; nil for `noData`, and for
    /// `ruleRemoved` when there was none.
    public var value: Double?
    /// The threshold that was crossed: the new level's on the way up, that of the level just above on the way down;
    /// nil for `noData` and `ruleRemoved`.
    public var threshold: Threshold?
    /// What was learned, where that decided; then there is no threshold.
    public var learned: LearnedEvidence?
    /// The series that the alert speaks for; then `timing` is `*`, and `learned` is that of the worst. Nil for an alert
    /// on one series.
    public var group: AlertGroup?
    /// When the incident began, Unix seconds: the first evaluation over any threshold. The same in all changes of an
    /// incident.
    public var sinceUnixSeconds: Double
    /// Since when the value has been over `threshold`, Unix seconds; only for `exceeded`.
    public var overSinceUnixSeconds: Double?
    /// When the level changed, Unix seconds; for `ruleRemoved` the last evaluation.
    public var atUnixSeconds: Double
    public var reason: Reason
    /// Of a silence: when the last observation was, Unix seconds; nil when there was none since the start.
    public var lastSeenUnixSeconds: Double?

    public init(
        rule: String, timing: String, unit: MetricUnit, labels: LabelSet, measure: AlertMeasure,
        direction: AlertDirection = .above, from: AlertLevel, to: AlertLevel, value: Double? = nil,
        threshold: Threshold? = nil, learned: LearnedEvidence? = nil, sinceUnixSeconds: Double,
        overSinceUnixSeconds: Double? = nil, atUnixSeconds: Double, reason: Reason
    ) {
        self.rule = rule
        self.timing = timing
        self.unit = unit
        self.labels = labels
        self.measure = measure
        self.direction = direction
        self.from = from
        self.to = to
        self.value = value
        self.threshold = threshold
        self.learned = learned
        self.sinceUnixSeconds = sinceUnixSeconds
        self.overSinceUnixSeconds = overSinceUnixSeconds
        self.atUnixSeconds = atUnixSeconds
        self.reason = reason
    }
}
