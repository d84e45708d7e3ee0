public import Telemetry

/// Where all alerts stand at one moment, for the API and the web page.
public struct AlertSnapshot: Sendable, Equatable {
    /// One alert that is pending or fires.
    public struct Alert: Sendable, Equatable {
        public enum State: String, Sendable, Hashable {
            case pending
            case firing
        }

        /// The rule's place in `rules`.
        public var rule: Int
        public var timing: String
        public var unit: MetricUnit
        public var labels: LabelSet
        public var state: State
        /// The level that fires; for a pending alert the highest whose threshold the value is over. Never none.
        public var level: AlertLevel
        /// The last value, in the timing's base unit, for `rate` per second.
        public var value: Double
        /// What was learned, where that decided the level.
        public var learned: LearnedEvidence?
        /// The series that the alert speaks for; then `timing` is `*`. Nil for an alert on one series.
        public var group: AlertGroup?
        /// When the incident began, Unix seconds: the first evaluation over any threshold.
        public var sinceUnixSeconds: Double
        /// Since when there has been no statement about the value, Unix seconds; nil while there is one.
        public var quietSinceUnixSeconds: Double?
        /// Of a silence: when the last observation was, Unix seconds; nil when there was none since the start.
        public var lastSeenUnixSeconds: Double?
        /// Until when nobody is told of it, or of its level, Unix seconds; nil when all has been told.
        public var mutedUntilUnixSeconds: Double?

        public init(
            rule: Int, timing: String, unit: MetricUnit, labels: LabelSet, state: State, level: AlertLevel,
            value: Double, learned: LearnedEvidence? = nil, group: AlertGroup? = nil, sinceUnixSeconds: Double,
            quietSinceUnixSeconds: Double? = nil
        ) {
            self.rule = rule
            self.timing = timing
            self.unit = unit
            self.labels = labels
            self.state = state
            self.level = level
            self.value = value
            self.learned = learned
            self.group = group
            self.sinceUnixSeconds = sinceUnixSeconds
            self.quietSinceUnixSeconds = quietSinceUnixSeconds
        }
    }

    /// When the rules were last evaluated; nil before the first time.
    public var evaluatedAt: Instant?
    /// The rules in the order of the configuration.
    public var rules: [AlertRule]
    /// All that is pending or fires.
    public var alerts: [Alert]

    public init(evaluatedAt: Instant? = nil, rules: [AlertRule] = [], alerts: [Alert] = []) {
        self.evaluatedAt = evaluatedAt
        self.rules = rules
        self.alerts = alerts
    }

    /// Firing when any of the rule's alerts fires, pending when any is pending, nil when none is active.
    public func state(ofRule rule: Int) -> Alert.State? {
        let states = alerts.lazy.filter { $0.rule == rule }.map(\.state)
        return states.contains(.firing) ? .firing : states.first
    }
}

/// The level of one statistic of one series that a rule watches, for the gauge `latencyd_alert_level`.
public struct AlertLevelReading: Sendable, Equatable {
    public var timing: String
    public var unit: MetricUnit
    public var labels: LabelSet
    public var statistic: Statistic
    /// The highest of all rules; none when all is well.
    public var level: AlertLevel

    public init(timing: String, unit: MetricUnit, labels: LabelSet, statistic: Statistic, level: AlertLevel) {
        self.timing = timing
        self.unit = unit
        self.labels = labels
        self.statistic = statistic
        self.level = level
    }
}
