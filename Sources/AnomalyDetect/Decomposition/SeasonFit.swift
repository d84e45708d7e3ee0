/// One season and the trend beside it: the inner loop of STL (Cleveland et al. 1990, § 2.2).
struct SeasonFit {
    let period: Int
    /// One a point; 0 before the first round.
    private(set) var season: [Double]
    private(set) var trend: [Double]

    private let subseries: CycleSubseries
    private var phaseMean: PhaseMean?
    private var lowPass: LowPass
    private var regression: LocalRegression
    private var smoothed: [Double]
    private var low: [Double]
    private var rest: [Double]

    init(count: Int, period: Int, seasonalWindow: Int, trendWindow: Int, phaseWindow: Int) {
        self.period = period
        season = Array(repeating: 0, count: count)
        trend = season
        low = season
        rest = season
        smoothed = Array(repeating: 0, count: count + 2 * period)
        subseries = CycleSubseries(count: count, period: period, window: seasonalWindow)
        phaseMean = phaseWindow > 1 ? PhaseMean(count: count + 2 * period, window: phaseWindow) : nil
        lowPass = LowPass(count: count, period: period)
        regression = LocalRegression(count: count, window: trendWindow)
    }

    /// Forgets what was found.
    mutating func reset() {
        for index in season.indices {
            season[index] = 0
            trend[index] = 0
        }
    }

    /// The trend while nothing is known of the season.
    mutating func beginTrend(_ values: [Double], weights: [Double]) {
        regression.smooth(values, weights: weights, into: &trend)
    }

    /// One turn of season and trend.
    ///
    /// - Parameters:
    ///   - values: the series less the other seasons, 0 where it has none.
    ///   - weights: from 0 to 1, 0 where the series has no value.
    mutating func improve(_ values: [Double], weights: [Double]) {
        for index in rest.indices { rest[index] = (values[index] - trend[index]) * weights[index] }
        subseries.smooth(rest, weights: weights, into: &smoothed)
        Gaps.bridge(&smoothed)
        phaseMean?.smooth(&smoothed)
        lowPass.filter(smoothed, into: &low)
        for index in season.indices {
            let value = smoothed[index + period] - low[index]
            season[index] = value
            rest[index] = values[index] - value
        }
        regression.smooth(rest, weights: weights, into: &trend)
    }
}
