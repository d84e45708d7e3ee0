public import Telemetry

/// What it takes to go on with an alert that fires in another process: what it is about, where it stands, and by which
/// rule.
public struct AlertContinuation: Sendable, Equatable {
    /// The rule's name, measure, direction and patterns (``AlertRule/pattern``). A rule that is the same in these is the
    /// same rule; its thresholds may have changed.
    public var rule: String
    public var measure: AlertMeasure
    public var direction: AlertDirection
    public var pattern: String
    /// The exposed name of the timing or signal, its unit, and the labels of its series. The timing `*` is a group's.
    public var timing: String
    public var unit: MetricUnit
    public var labels: LabelSet
    /// The level that fires, and that by the rule's thresholds alone: what was learned may have raised it.
    public var level: AlertLevel
    public var ownLevel: AlertLevel
    /// When the incident began, Unix seconds.
    public var sinceUnixSeconds: Double
    /// The last value, in the base unit, for `rate` per second; nil where none is known.
    public var value: Double?
    /// What was learned, where that decided the level.
    public var learned: LearnedEvidence?
    /// Whether a group speaks for it.
    public var isGrouped = false

    public init(
        rule: String, measure: AlertMeasure, direction: AlertDirection = .above, pattern: String, timing: String,
        unit: MetricUnit, labels: LabelSet, level: AlertLevel, ownLevel: AlertLevel, sinceUnixSeconds: Double,
        value: Double? = nil, learned: LearnedEvidence? = nil, isGrouped: Bool = false
    ) {
        self.rule = rule
        self.measure = measure
        self.direction = direction
        self.pattern = pattern
        self.timing = timing
        self.unit = unit
        self.labels = labels
        self.level = level
        self.ownLevel = ownLevel
        self.sinceUnixSeconds = sinceUnixSeconds
        self.value = value
        self.learned = learned
        self.isGrouped = isGrouped
    }

    /// Whether it is that of a group, not of one series.
    public var isGroup: Bool { measure == .learned && timing == AlertGroup.timing }

    func isBy(_ rule: AlertRule) -> Bool {
        self.rule == rule.name && measure == rule.measure && direction == rule.direction && pattern == rule.pattern
    }

    /// The end of it, since its rule is not there any more.
    func ruleRemoved(at now: Instant) -> AlertChange {
        change(from: level, to: .none, .ruleRemoved, at: now)
    }

    /// What was last told of it.
    func change(from: AlertLevel, to: AlertLevel, _ reason: AlertChange.Reason, at now: Instant) -> AlertChange {
        AlertChange(
            rule: rule, timing: timing, unit: unit, labels: labels, measure: measure, direction: direction, from: from,
            to: to, value: value, learned: learned, sinceUnixSeconds: sinceUnixSeconds,
            atUnixSeconds: now.unixSeconds, reason: reason)
    }
}

extension AlertRule {
    /// What the rule watches, as one text: two rules with the same watch the same series.
    public var pattern: String {
        labels.sorted { $0.key < $1.key }.reduce(into: timing.pattern) { text, label in
            text += "\n\(label.key)\n\(label.value.pattern)"
        }
    }
}
