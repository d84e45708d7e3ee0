/// What the past says about a value.
public struct Assessment: Sendable, Equatable {
    /// What was to be expected; NaN while nothing is known.
    public var expected = Double.nan
    /// Bounds of what would have passed as normal.
    public var lower = Double.nan
    public var upper = Double.nan
    /// Above 1 is anomalous. 0 while nothing is known.
    public var score = 0.0
    /// The distance from what was expected in standard deviations, negative below it.
    public var sigma = 0.0
    /// What the score, and those before it, are worth.
    public var level = AlertLevel.none
    /// An incident has lasted for so long that it counts as the new normal since.
    public var isLevelShift = false

    public init() {}
}
