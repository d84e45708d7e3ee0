/// One season and the trend beside it: the inner loop of STL (Cleveland et al. 1990, § 2.2).
struct SeasonFit {
    let period: Int
    /// One a point; 0 before the first round.
    private(set) var season: [Double]
    private(set) var trend: [Double]

    private let subseries: CycleSubseries
    private let phaseMean: PhaseMean?
    private var lowPass: LowPass
    private var regression: LocalRegression

    init(_ plan: SeasonPlan, count: Int) {
        period = plan.period
        season = Array(repeating: 0, count: count)
        trend = season
        subseries = CycleSubseries(
            count: count, period: plan.period, window: plan.seasonalWindow, hasLines: plan.hasLines)
        phaseMean = plan.phaseWindow > 1 ? PhaseMean(window: plan.phaseWindow) : nil
        lowPass = LowPass(count: count, period: plan.period)
        regression = LocalRegression(count: count, window: plan.trendWindow)
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
    ///   - workspace: what it holds before does not matter, nor what it holds after.
    mutating func improve(_ values: [Double], weights: [Double], workspace: inout SeasonWorkspace) {
        for index in season.indices { workspace.rest[index] = (values[index] - trend[index]) * weights[index] }
        let length = season.count + 2 * period
        workspace.smoothed.withUnsafeMutableBufferPointer { room in
            let smoothed = UnsafeMutableBufferPointer(rebasing: room[..<length])
            subseries.smooth(workspace.rest, weights: weights, into: smoothed.baseAddress!)
            Gaps.bridge(smoothed)
            phaseMean?.smooth(
                smoothed.baseAddress!, count: length, means: &workspace.low, clipped: &workspace.clipped,
                scratch: &workspace.scratch)
        }
        for index in 0..<length { workspace.low[index] = workspace.smoothed[index] }
        lowPass.filter(&workspace.low)
        for index in season.indices {
            let value = workspace.smoothed[index + period] - workspace.low[index]
            season[index] = value
            workspace.rest[index] = values[index] - value
        }
        regression.smooth(workspace.rest, weights: weights, into: &trend)
    }
}

/// Room for the steps of one turn, shared by the seasons of a series.
struct SeasonWorkspace {
    var rest: [Double]
    /// The phases of a season, a period longer than the series at both ends.
    var smoothed: [Double]
    var low: [Double]
    /// Empty when no season is averaged over phases.
    var clipped: [Double]
    var scratch: [Double] = []

    init(_ plans: [SeasonPlan], count: Int) {
        let length = count + 2 * (plans.map(\.period).max() ?? 0)
        rest = Array(repeating: 0, count: count)
        smoothed = Array(repeating: 0, count: plans.isEmpty ? 0 : length)
        low = smoothed
        clipped = plans.contains { $0.phaseWindow > 1 } ? smoothed : []
    }
}
