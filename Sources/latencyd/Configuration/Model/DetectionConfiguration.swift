/// `detection`: how timings are summed up, and what is learned about them.
struct DetectionConfiguration: Sendable, Equatable {
    static let windowRange: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
    static let learnMax = 100
    static let learnedSeriesRange = 0...20_000

    /// How often the trailing minute is evaluated. Default 10s; 1s to 60s, a minute must be a whole number of windows.
    /// Shorter finds a change sooner and costs more processor time. Hardly anyone needs to change it.
    var window: Duration = .seconds(10)
    /// After which times a timing repeats itself. Default a day and a week; empty where no hour is like another's.
    var seasons: [DetectionSeason] = DetectionSeason.allCases
    /// Whose clock and weekdays the seasons follow. Default the host's.
    var timezone: DetectionTimezone = .local
    /// Patterns (`Glob`) for the exposed names of the timings that are learned; nil when it is not set: then what
    /// `LearnableTimings` takes for a latency. Empty turns learning off.
    var learn: [String]?
    /// The most series that are learned, those with the most traffic; others are only compared with rules. Default 500;
    /// 0 to 20,000. Each takes up to 160 KiB of memory.
    var maxLearnedSeries = 500
    /// The fewest observations in the trailing minute for a timing to be judged by what was learned about it. Default
    /// 20; 1 to 1,000,000. Rules have a `min_count` of their own, which this does not touch.
    var minCount = 20
    /// How many false alarms of a series are put up with.
    var falseAlarms = FalseAlarmBudgets()
}

/// One of `detection.seasons`.
enum DetectionSeason: String, Sendable, Hashable, CaseIterable {
    case day = "1d"
    case week = "1w"
}

/// `detection.timezone`.
enum DetectionTimezone: Sendable, Hashable {
    /// The host's, as `TZ` and `/etc/localtime` say.
    case local
    case utc
    /// One of the time zone database, such as `Europe/Berlin`.
    case named(String)
}

/// `detection.false_alarms`: by level.
struct FalseAlarmBudgets: Sendable, Equatable {
    /// Default one in 7 days.
    var warning = FalseAlarmBudget(count: 1, per: .seconds(7 * 86_400))
    /// Default one in 30 days. Never more than those of `warning`.
    var critical = FalseAlarmBudget(count: 1, per: .seconds(30 * 86_400))
    /// Warnings and above of all series together. Default one a day. More make the daemon notice smaller incidents where
    /// it learns many series; fewer, the opposite.
    var total = FalseAlarmBudget(count: 1, per: .seconds(86_400))

    /// The part of its own budgets that each of `seriesCount` series may use up, so that together they keep to `total`.
    func share(among seriesCount: Int) -> Double {
        min(1, total.perDay / (warning.perDay * Double(max(seriesCount, 1))))
    }
}

/// So many false alarms of a series in so long a time.
struct FalseAlarmBudget: Sendable, Equatable {
    static let countRange = 1...1_000
    static let perRange: ClosedRange<Duration> = .seconds(3_600) ... .seconds(365 * 86_400)

    var count: Int
    var per: Duration

    var perDay: Double { Double(count) * 86_400 / per.inSeconds }
}
