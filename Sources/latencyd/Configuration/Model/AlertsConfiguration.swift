internal import Telemetry

/// `alerts`: when latency is not normal.
struct AlertsConfiguration: Sendable, Equatable {
    static let rulesMax = 500
    static let quietStartRange: ClosedRange<Duration> = .zero ... .seconds(3_600)
    static let noDataAfterRange: ClosedRange<Duration> = .seconds(10) ... .seconds(7 * 86_400)

    /// The rules, in the order of the file. Default none. No two are the same but for their thresholds.
    var rules: [AlertRuleConfiguration] = []
    /// The rules with `signal`, in the order of the file. Default none.
    var signalRules: [SignalRuleConfiguration] = []
    /// The rules with `absent`, in the order of the file. Default none.
    var absenceRules: [AbsenceRuleConfiguration] = []
    /// Which of the rules that the daemon brings along hold, by name. Default all. One of a rule's own name replaces
    /// it as well.
    var builtin: [String: Bool] = [:]
    /// How long an alert whose series went quiet is kept before it ends as "no data". Default 5m; 10s to 7d.
    var noDataAfter: Duration = .seconds(5 * 60)
    /// When which alerts are not told to others. Default never.
    var mutes: [MuteConfiguration] = []
    /// How long after the start nothing that begins is told to others: the first windows are not representative. Default
    /// 1m; 0s to 1h. What still fires then is told.
    var quietStart: Duration = .seconds(60)
    /// What is made of what was learned.
    var learned = LearnedAlertsConfiguration()
}

/// `alerts.learned`: alerts where a timing is not as it was learned.
struct LearnedAlertsConfiguration: Sendable, Equatable {
    /// Whether there are such alerts. Default true. Without them the scores are exposed all the same; to be turned off
    /// where thresholds alone, or rules of Prometheus on the scores, raise the alarm.
    var enabled = true
}

/// `alerts.rules[]`: bounds for one statistic of the timings that match.
struct AlertRuleConfiguration: Sendable, Equatable {
    static let nameDefault = "LatencyAbnormal"
    static let labelsMax = 16
    static let forRange: ClosedRange<Duration> = .zero ... .seconds(7 * 86_400)
    static let recoveryMarginRange = 0.0...0.9
    static let minCountRange = 1...1_000_000_000

    /// The alert's label `alertname`. Default `LatencyAbnormal`.
    var name = nameDefault
    /// A pattern (`Glob`) for the exposed names of timings. Required.
    var timing: String
    /// Patterns (`Glob`) for the values of labels; all must match. A label that a series lacks counts as empty.
    /// Default none, which any labels match.
    var labels: [String: String] = [:]
    /// What is compared with the thresholds. Required.
    var statistic: Statistic
    /// At least one, rising with the level. Required.
    var thresholds: AlertThresholds
    /// How long the value must stay beyond a threshold before the alert fires. Default 30s; 0s to 7d.
    var `for`: Duration = .seconds(30)
    /// The share of a threshold by which the value must fall below it before the level ends, against flapping.
    /// Default 0.1; 0 to 0.9.
    var recoveryMargin = 0.1
    /// The fewest observations in the trailing minute for the rule to look at a timing. Default 1. To be raised for
    /// P95 and P99 of seldom timings, where a single slow one is the P99.
    var minCount = 1
}

/// The bounds of a rule by level; all durations, or all numbers.
struct AlertThresholds: Sendable, Equatable {
    var info: ThresholdValue?
    var warning: ThresholdValue?
    var critical: ThresholdValue?
}

/// One threshold.
enum ThresholdValue: Sendable, Equatable {
    /// For timings in seconds.
    case duration(Duration)
    /// In the timing's own unit (seconds, bytes, none); for `rate` in observations per second.
    case number(Double)

    /// The number to compare with: a duration's in seconds.
    var value: Double {
        switch self {
        case .duration(let duration): duration.inSeconds
        case .number(let number): number
        }
    }
}
