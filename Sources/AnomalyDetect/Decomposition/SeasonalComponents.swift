/// A series taken apart: trend + seasons + residual, point by point, in the series' own unit.
public struct SeasonalComponents: Sendable {
    /// One season of the series.
    public struct Season: Sendable {
        /// In points.
        public let period: Int
        /// False when fewer than two whole periods were seen: the season is then 0 throughout.
        public let isKnown: Bool
        /// One a point, also where the series has none. The mean over a period is about 0.
        public let values: [Double]
        /// The season as it last was, `period` numbers: the i-th is for points whose index is i modulo the period.
        public let profile: [Double]
    }

    /// A lasting change of the level.
    public struct LevelShift: Sendable, Hashable {
        /// The first point on the new level.
        public let index: Int
        /// The new level less the old one.
        public let change: Double
    }

    /// One a point, also where the series has none. Level shifts are steps in it.
    public let trend: [Double]
    /// In the order of the periods that were asked for.
    public let seasons: [Season]
    /// What is left; NaN where the series has no finite value.
    public let residual: [Double]
    /// From 0 (an outlier, or no value) to 1 (as expected): how much each point had to say.
    public let weights: [Double]
    /// In the order of time.
    public let levelShifts: [LevelShift]
    /// The standard deviation of the noise without outliers: 1.4826 times the median magnitude of the residual, more for the
    /// share of the noise that seasons of few cycles follow. 0 when more than half of the series is fitted exactly.
    public let residualScale: Double

    /// The trend at the last point.
    public var level: Double { trend[trend.count - 1] }

    /// Trend and seasons at the last point, carried on by `steps` intervals: the trend as it last was, the seasons by
    /// their profiles.
    ///
    /// - Parameter steps: at least 1; 1 is the first point after the series.
    public func expected(after steps: Int) -> Double {
        let index = trend.count - 1 + max(1, steps)
        return seasons.reduce(level) { $0 + $1.profile[index % $1.period] }
    }
}
