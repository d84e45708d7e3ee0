/// What a baseline watches for. The defaults suit every series; what is set here is what only its owner knows.
public struct BaselineSettings: Sendable, Equatable {
    /// Both on by default.
    public var seasons: Set<BaselineSeason> = [.day, .week]
    public var direction: BaselineDirection = .both
    /// Seconds between two points that are learned from.
    public var interval: Double = 60
    /// Deviations from what is expected that are smaller than this part of it are harmless. Only for values with a unit.
    public var relativeDeadBand: Double = 0
    /// Smaller deviations than this, in the value's unit, are harmless.
    public var absoluteDeadBand: Double = 0
    /// How many false alarms of level warning or above are put up with, a day.
    public var warningsPerDay: Double = 1.0 / 7
    /// How many of level critical; no more than of `warningsPerDay`.
    public var criticalsPerDay: Double = 1.0 / 30

    public init() {}
}

/// After what time a pattern repeats.
public enum BaselineSeason: Sendable, Hashable, CaseIterable {
    case day, week
}

/// Which deviations count.
public enum BaselineDirection: String, Sendable, Hashable, CaseIterable {
    case up, down, both
}

/// How much a baseline knows.
public enum BaselineState: String, Sendable, Hashable, CaseIterable {
    /// Too few points for anything.
    case learning
    /// What was usual lately, without a season; judged cautiously.
    case level
    /// The usual course of a day.
    case daily
    /// The usual course of a week.
    case weekly
}
