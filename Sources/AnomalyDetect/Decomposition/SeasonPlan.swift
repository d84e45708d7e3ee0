/// How one season of a series is fitted.
struct SeasonPlan: Equatable {
    /// Whole periods that must have been seen.
    static let cyclesMin = 2
    /// A line through so few values follows each of them, and the robust weights find nothing odd any more.
    static let fewCyclesMax = 8
    /// Of the shortest season, and how many more for each longer one (MSTL).
    static let seasonalWindowOfShortest = 11
    static let seasonalWindowStep = 4
    /// A season rests on about so many values at each point, of its cycles and of neighbouring phases.
    static let valuesPerPhase = 60
    /// At most one part in so many of a period is averaged: a quarter of an hour of a day.
    static let phaseWindowsPerPeriod = 96

    let period: Int
    let seasonalWindow: Int
    /// Whether phases are smoothed by lines over the cycles, rather than by means.
    let hasLines: Bool
    let trendWindow: Int
    let phaseWindow: Int

    /// Plans of the seasons that can be fitted, from short to long.
    ///
    /// - Parameter span: points from the first to the last value.
    static func plans(_ periods: [Int], _ options: DecompositionOptions, span: Int) -> [SeasonPlan] {
        let order = periods.indices.sorted { periods[$0] < periods[$1] }
        return order.enumerated().compactMap { rank, index in
            let period = periods[index]
            guard span / period >= cyclesMin else { return nil }
            let window = options.seasonalWindows?[index] ?? seasonalWindowOfShortest + seasonalWindowStep * rank
            let degree = options.seasonalDegree ?? (span / period <= fewCyclesMax ? 0 : 1)
            return SeasonPlan(
                period: period, seasonalWindow: window, hasLines: degree == 1,
                trendWindow: options.trendWindow ?? trendWindow(period, window),
                phaseWindow: options.phaseWindow ?? phaseWindow(period, window, cycles: span / period))
        }
    }

    /// The least window that lets less than a part in 400 of the season into the trend.
    private static func trendWindow(_ period: Int, _ seasonalWindow: Int) -> Int {
        let least = 1.5 * Double(period) / (1 - 1.5 / Double(seasonalWindow))
        return Int(least.rounded(.up)).roundedUpToOdd
    }

    private static func phaseWindow(_ period: Int, _ seasonalWindow: Int, cycles: Int) -> Int {
        // The tricube weights of a window are worth half as many equal ones.
        let cyclesInEffect = max(1, min(seasonalWindow / 2, cycles))
        return min(valuesPerPhase / cyclesInEffect, period / phaseWindowsPerPeriod) / 2 * 2 + 1
    }

    /// What share of the noise of a point its season takes over, in variance: the share of its own in the weighted mean.
    func leverage(span: Int) -> Double {
        let cycles = span / period
        let half = min(seasonalWindow, cycles) / 2
        // As many cycles as there are, around one in the middle of the window.
        let reach = Double(max(1, (seasonalWindow - 1) / 2))
        let weights = (-half...half).map { Tricube.weight(Double($0), reach: reach) }.prefix(cycles)
        let sum = weights.reduce(0, +)
        return 1 / (sum * Double(phaseWindow))
    }

    /// A quarter of the series: without a season, nothing says what is slow.
    static func bareTrendWindow(_ count: Int) -> Int { max(7, (count / 4).roundedUpToOdd) }
}
