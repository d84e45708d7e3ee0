public import Telemetry

/// What was learned says about one series over the trailing minute.
public struct LearnedLevel: Sendable, Equatable {
    /// The level of one statistic.
    public struct Reading: Sendable, Equatable {
        public var statistic: Statistic
        public var level: AlertLevel

        public init(_ statistic: Statistic, _ level: AlertLevel) {
            self.statistic = statistic
            self.level = level
        }
    }

    /// Of the statistics that were judged.
    public var readings: [Reading]
    /// Of the one with the highest level, among these of the one with the highest score.
    public var evidence: LearnedEvidence

    public init(readings: [Reading], evidence: LearnedEvidence) {
        self.readings = readings
        self.evidence = evidence
    }

    /// The highest of all statistics.
    public var level: AlertLevel { readings.map(\.level).max() ?? .none }
}

/// Why a learned level is what it is: the value beside what was expected, in the timing's base unit.
public struct LearnedEvidence: Sendable, Equatable {
    public var statistic: Statistic
    public var value: Double
    public var expected: Double
    /// The band outside of which a value is abnormal.
    public var lower: Double
    public var upper: Double
    /// Above 1 is abnormal.
    public var score: Double
    /// The distance in standard deviations.
    public var sigma: Double
    /// Values have been abnormal for so long that they count as normal from now on.
    public var isLevelShift = false

    public init(
        statistic: Statistic, value: Double, expected: Double, lower: Double, upper: Double, score: Double,
        sigma: Double
    ) {
        self.statistic = statistic
        self.value = value
        self.expected = expected
        self.lower = lower
        self.upper = upper
        self.score = score
        self.sigma = sigma
    }
}
