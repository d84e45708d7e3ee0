/// The seasons of one series, fitted in turn from short to long, each on what the others leave: MSTL's loop.
struct NestedFit {
    /// How often each season is fitted; a later pass begins where the one before ended.
    static let passes = 2
    /// With level shifts, whose sizes get more exact from pass to pass.
    static let passesWithShifts = 4
    /// Rounds of robust weights in the first pass, which only prepares the second.
    static let roundsOfFirstPass = 3
    /// The weights have settled when they change by less, on the average.
    static let weightChangeMin = 0.002
    /// In common ranges: residuals below are rounding.
    static let residualFloor = 1e-9
    /// More than so much of the noise is not put back into its scale: it would be a guess.
    static let leverageMax = 0.75
    /// How often level shifts are searched for: what one search takes away uncovers smaller ones.
    static let shiftSearches = 2

    private let series: NormalizedSeries
    private let roundsMax: Int
    /// The share of the noise's variance that the seasons have taken over.
    private let leverage: Double
    private let findsLevelShifts: Bool
    /// From short to long; only those of which enough was seen.
    private var fits: [SeasonFit]
    /// Of series without a season.
    private var trendFit: LocalRegression?
    private var bareTrend: [Double]
    private var shifts: [SeasonalComponents.LevelShift] = []
    /// The series less its level shifts.
    private var leveled: [Double]
    private var weights: [Double]
    private var residuals: [Double]
    private var rest: [Double]
    private var scratch: [Double] = []
    private var workspace: SeasonWorkspace

    init(_ series: NormalizedSeries, periods: [Int], options: DecompositionOptions) {
        self.series = series
        let count = series.values.count
        roundsMax = options.robustRounds
        findsLevelShifts = options.findsLevelShifts
        let plans = SeasonPlan.plans(periods, options, span: series.span.count)
        fits = plans.map { SeasonFit($0, count: count) }
        workspace = SeasonWorkspace(plans, count: count)
        leverage = min(Self.leverageMax, plans.reduce(0) { $0 + $1.leverage(span: series.span.count) })
        leveled = series.values
        weights = series.isPresent.map { $0 ? 1 : 0 }
        residuals = Array(repeating: 0, count: count)
        rest = residuals
        bareTrend = []
        if fits.isEmpty {
            trendFit = LocalRegression(count: count, window: options.trendWindow ?? SeasonPlan.bareTrendWindow(count))
            bareTrend = residuals
        }
        scratch.reserveCapacity(count)
    }

    mutating func run() {
        guard !fits.isEmpty else { return runWithoutSeason() }
        let roundsOfFirstPass = min(roundsMax, Self.roundsOfFirstPass)
        begin(season: 0, rounds: roundsOfFirstPass)
        if findsLevelShifts { takeLevelShifts(roundsOfFirstPass) }
        for season in fits.indices.dropFirst() {
            begin(season: season, rounds: roundsOfFirstPass)
        }
        for _ in 1..<(shifts.isEmpty ? Self.passes : Self.passesWithShifts) {
            adjustLevelShifts()
            for season in fits.indices { fit(season: season, rounds: roundsMax) }
        }
    }

    private mutating func runWithoutSeason() {
        for round in 0...roundsMax {
            trendFit?.smooth(leveled, weights: weights, into: &bareTrend)
            for index in residuals.indices { residuals[index] = leveled[index] - bareTrend[index] }
            guard round < roundsMax, updateWeights() > Self.weightChangeMin else { return }
        }
    }

    /// Fits one season as if nothing were known of it and of the weights.
    private mutating func begin(season: Int, rounds: Int) {
        fits[season].reset()
        for index in weights.indices { weights[index] = series.isPresent[index] ? 1 : 0 }
        if rounds > 0 { findFirstWeights(season) }
        fit(season: season, rounds: rounds)
    }

    /// Leaves out what even the median of its phase says is far off.
    private mutating func findFirstWeights(_ season: Int) {
        let cycles = series.span.count / fits[season].period
        guard cycles > 2 else { return }
        let isFew = cycles <= SeasonPlan.fewCyclesMax
        prepareRest(for: season)
        for _ in 0..<PhaseMedians.rounds {
            fits[season].beginTrend(rest, weights: weights)
            for index in residuals.indices { residuals[index] = rest[index] - fits[season].trend[index] }
            PhaseMedians.subtract(from: &residuals, isPresent: series.isPresent, period: fits[season].period)
            let change = updateWeights(
                reachInMedians: isFew ? RobustWeights.reachInMedians : PhaseMedians.absurdInMedians)
            guard change > Self.weightChangeMin else { return }
        }
    }

    /// The series without its level shifts and the other seasons.
    private mutating func prepareRest(for season: Int) {
        for index in rest.indices { rest[index] = leveled[index] }
        for other in fits.indices where other != season { subtract(season: other) }
    }

    /// Fits one season with its trend, and the weights with them.
    private mutating func fit(season: Int, rounds: Int) {
        prepareRest(for: season)
        for round in 0...rounds {
            // With robust weights there are further turns in the rounds to come (Cleveland et al. 1990, § 3.2).
            for _ in 0..<(round == 0 ? (rounds == 0 ? 5 : 2) : 1) {
                fits[season].improve(rest, weights: weights, workspace: &workspace)
            }
            for index in residuals.indices {
                residuals[index] = rest[index] - fits[season].season[index] - fits[season].trend[index]
            }
            guard round < rounds, updateWeights() > Self.weightChangeMin else { return }
        }
    }

    private mutating func subtract(season: Int) {
        for index in rest.indices { rest[index] -= fits[season].season[index] }
    }

    private mutating func updateWeights(reachInMedians: Double = RobustWeights.reachInMedians) -> Double {
        RobustWeights.update(
            &weights, residuals: residuals, isPresent: series.isPresent, reachInMedians: reachInMedians,
            floor: Self.residualFloor, scratch: &scratch)
    }

    // MARK: Level shifts

    /// Finds lasting level shifts in what the shortest season leaves, and begins anew without them.
    private mutating func takeLevelShifts(_ rounds: Int) {
        let search = LevelShiftSearch(shortest: fits[0].period, longest: fits[fits.count - 1].period)
        for _ in 0..<Self.shiftSearches {
            for index in rest.indices { rest[index] = leveled[index] - fits[0].season[index] }
            let found = search.shifts(in: rest, isPresent: series.isPresent)
                .prefix(DecompositionLimits.levelShiftsMax - shifts.count)
            guard !found.isEmpty else { return }
            for shift in found { take(shift) }
            begin(season: 0, rounds: rounds)
        }
    }

    /// What is left of the shifts once all seasons are known.
    private mutating func adjustLevelShifts() {
        guard !shifts.isEmpty else { return }
        for index in rest.indices { rest[index] = leveled[index] }
        for season in fits.indices { subtract(season: season) }
        let search = LevelShiftSearch(shortest: fits[0].period, longest: fits[fits.count - 1].period)
        for shift in search.leftovers(of: shifts, in: rest, isPresent: series.isPresent) { take(shift) }
    }

    private mutating func take(_ shift: SeasonalComponents.LevelShift) {
        for index in shift.index..<leveled.count { leveled[index] -= shift.change }
        if let known = shifts.firstIndex(where: { $0.index == shift.index }) {
            shifts[known] = .init(index: shift.index, change: shifts[known].change + shift.change)
        } else {
            shifts.append(shift)
        }
    }

    // MARK: The result

    /// The components in the unit of `raw`, the series as it was given.
    func components(of raw: [Double], periods: [Int]) -> SeasonalComponents {
        let scale = series.scale
        var trend = fits.last?.trend ?? bareTrend
        var steps = shifts.sorted { $0.index < $1.index }[...]
        var step = 0.0
        for index in trend.indices {
            while let next = steps.first, next.index <= index {
                step += next.change
                steps.removeFirst()
            }
            trend[index] = series.center + (trend[index] + step) * scale
        }
        let seasons = periods.map { period in season(period) }
        var residual = raw.indices.map { series.isPresent[$0] ? raw[$0] - trend[$0] : .nan }
        for season in seasons {
            for index in residual.indices { residual[index] -= season.values[index] }
        }
        var scratch: [Double] = []
        let median = Median.ofMagnitudes(residual, where: series.isPresent, scratch: &scratch)
        return SeasonalComponents(
            trend: trend, seasons: seasons, residual: residual, weights: weights,
            levelShifts: shifts.sorted { $0.index < $1.index }.map {
                .init(index: $0.index, change: $0.change * scale)
            },
            residualScale: RobustWeights.deviationsPerMedian * median / (1 - leverage).squareRoot())
    }

    private func season(_ period: Int) -> SeasonalComponents.Season {
        guard let fit = fits.first(where: { $0.period == period }) else {
            return .init(
                period: period, isKnown: false, values: Array(repeating: 0, count: weights.count),
                profile: Array(repeating: 0, count: period))
        }
        let values = fit.season.map { $0 * series.scale }
        var profile = Array(repeating: 0.0, count: period)
        for index in (values.count - period)..<values.count { profile[index % period] = values[index] }
        return .init(period: period, isKnown: true, values: values, profile: profile)
    }
}
