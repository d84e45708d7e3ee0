import AnomalyDetect
import TestSupport
import Testing

@Suite("Seasonal decomposition: hostile series")
struct HostileSeriesTests {
    @Test("without a finite value there is nothing to take apart", arguments: [0, 1, 500])
    func noValues(count: Int) {
        #expect(throws: DecompositionError.noValues(points: count)) {
            try SeasonalDecomposition.fit(Array(repeating: .nan, count: count), periods: [24])
        }
        #expect(throws: DecompositionError.noValues(points: count)) {
            try SeasonalDecomposition.fit(Array(repeating: .infinity, count: count), periods: [])
        }
    }

    @Test(
        "impossible periods and options are refused by name",
        arguments: [
            ([1], DecompositionOptions(), DecompositionError.periodImpossible(points: 1)),
            ([-24], DecompositionOptions(), .periodImpossible(points: -24)),
            ([.max], DecompositionOptions(), .periodImpossible(points: .max)),
            ([24, 24], DecompositionOptions(), .periodRepeated(points: 24)),
            ([2, 3, 4, 5, 6], DecompositionOptions(), .tooManyPeriods(5)),
            ([24], DecompositionOptions(seasonalWindows: [11, 15]), .seasonalWindowsImpossible([11, 15], periods: 1)),
            ([24], DecompositionOptions(seasonalWindows: [10]), .seasonalWindowsImpossible([10], periods: 1)),
            ([24], DecompositionOptions(seasonalDegree: 2), .seasonalDegreeImpossible(2)),
            ([24], DecompositionOptions(trendWindow: 0), .trendWindowImpossible(points: 0)),
            ([24], DecompositionOptions(phaseWindow: 2), .phaseWindowImpossible(points: 2)),
            ([24], DecompositionOptions(robustRounds: -1), .roundsImpossible(-1)),
            ([24], DecompositionOptions(robustRounds: 51), .roundsImpossible(51)),
        ])
    func impossible(periods: [Int], options: DecompositionOptions, error: DecompositionError) {
        #expect(throws: error) {
            try SeasonalDecomposition.fit([1, 2, 3], periods: periods, options: options)
        }
        #expect(!"\(error)".isEmpty)
    }

    @Test("windows of any size are taken", arguments: [3, 5, 999_999_999, Int.max])
    func anyWindow(window: Int) throws {
        let values = SyntheticSeries(days: 6).values
        let options = DecompositionOptions(seasonalWindows: [window], trendWindow: window, phaseWindow: window)
        let components = try SeasonalDecomposition.fit(values, periods: [SyntheticSeries.day], options: options)
        expectSound(components, values)
    }

    @Test("too many points are refused")
    func tooManyPoints() {
        let count = DecompositionLimits.pointsMax + 1
        #expect(throws: DecompositionError.tooManyPoints(count)) {
            try SeasonalDecomposition.fit(Array(repeating: 1, count: count), periods: [])
        }
    }

    @Test("a series of every short length is taken apart", arguments: [[], [2], [2, 3], [7, 24]])
    func short(periods: [Int]) throws {
        for count in 1...60 {
            let values = (0..<count).map { Double($0 % 5) }
            let components = try SeasonalDecomposition.fit(values, periods: periods)
            expectSound(components, values)
            for season in components.seasons { #expect(season.isKnown == (count >= 2 * season.period)) }
        }
    }

    @Test("a season of which too little was seen is 0 and says so")
    func unknownSeason() throws {
        var values = SyntheticSeries(days: 13).values
        let components = try SeasonalDecomposition.fit(values, periods: [SyntheticSeries.week, SyntheticSeries.day])
        #expect(components.seasons.map(\.isKnown) == [false, true])
        #expect(components.seasons[0].values.allSatisfy { $0 == 0 })
        #expect(components.seasons[0].profile.count == SyntheticSeries.week)
        // Only the time between the first and the last value counts.
        for index in SyntheticSeries.day..<values.count { values[index] = .nan }
        let aDay = try SeasonalDecomposition.fit(values, periods: [SyntheticSeries.day])
        #expect(!aDay.seasons[0].isKnown)
    }

    @Test("a constant is all trend", arguments: [0.0, 1, -7.25, 1e-300, 1e299])
    func constant(value: Double) throws {
        let values = Array(repeating: value, count: 2_000)
        let components = try SeasonalDecomposition.fit(values, periods: [48, 336])
        #expect(components.trend == values)
        #expect(components.seasons.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
        #expect(components.residualScale == 0)
        #expect(components.levelShifts.isEmpty)
    }

    @Test("a constant with one other value stays a constant")
    func almostConstant() throws {
        var values = Array(repeating: 5.0, count: 2_000)
        values[777] = 1e300
        let components = try SeasonalDecomposition.fit(values, periods: [48, 336])
        #expect(largestDifference(components.trend, Array(repeating: 5, count: 2_000)) < 1e-9)
        #expect(components.weights[777] == 0)
    }

    @Test("steps between constants are found without noise to compare them with")
    func bareStep() throws {
        let values = Array(repeating: 1.0, count: 1_000) + Array(repeating: 2, count: 1_000)
        let components = try SeasonalDecomposition.fit(values, periods: [48])
        #expect(components.levelShifts.map(\.index) == [1_000])
        #expect(largestDifference(components.trend, values) < 1e-6)
    }

    @Test("any mixture of numbers, gaps and infinities gives sound parts", arguments: 1...60)
    func anything(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = 1 + generator.next(below: 900)
        let kinds = 1 + generator.next(below: 6)
        var values = (0..<count).map { _ in Self.number(&generator, kinds) }
        values[generator.next(below: count)] = 1
        let periods = [2, 3, 7, 24, 48, 100, 168].shuffled(using: &generator).prefix(generator.next(below: 4))
        let options = DecompositionOptions(
            seasonalWindows: generator.next(below: 2) == 0
                ? nil : periods.map { _ in 3 + 2 * generator.next(below: 8) },
            seasonalDegree: [nil, 0, 1][generator.next(below: 3)],
            trendWindow: generator.next(below: 2) == 0 ? nil : 3 + 2 * generator.next(below: 300),
            phaseWindow: generator.next(below: 2) == 0 ? nil : 1 + 2 * generator.next(below: 50),
            robustRounds: generator.next(below: 20), findsLevelShifts: generator.next(below: 4) > 0)
        let components = try SeasonalDecomposition.fit(values, periods: Array(periods), options: options)
        expectSound(components, values)
    }

    private static func number(_ generator: inout SeededGenerator, _ kinds: Int) -> Double {
        switch generator.next(below: kinds) {
        case 0: generator.normal()
        case 1: Double(generator.next(below: 3))
        case 2: .nan
        case 3: generator.normal() * 1e15
        case 4: [.infinity, -.infinity, 1.7e308, -1e300, .leastNonzeroMagnitude][generator.next(below: 5)]
        default: Double(bitPattern: generator.next())
        }
    }

    private func expectSound(_ components: SeasonalComponents, _ values: [Double]) {
        #expect(components.trend.count == values.count)
        #expect(components.trend.allSatisfy { $0.isFinite })
        for season in components.seasons {
            #expect(season.values.count == values.count)
            #expect(season.values.allSatisfy { $0.isFinite })
            #expect(season.profile.count == season.period && season.profile.allSatisfy { $0.isFinite })
        }
        #expect(components.weights.allSatisfy { (0...1).contains($0) })
        #expect(components.residualScale.isFinite && components.residualScale >= 0)
        for index in values.indices {
            #expect(components.residual[index].isNaN == !(values[index].magnitude <= 1e300))
        }
        #expect(components.expected(after: 1_000).isFinite)
    }
}
