import AnomalyDetect
import Testing

@Suite("Seasonal decomposition")
struct SeasonalDecompositionTests {
    typealias Series = SyntheticSeries
    private let both = [SyntheticSeries.day, SyntheticSeries.week]

    private func fit(
        _ values: [Double], _ periods: [Int], _ options: DecompositionOptions = DecompositionOptions()
    ) throws -> SeasonalComponents {
        try SeasonalDecomposition.fit(values, periods: periods, options: options)
    }

    /// Trend and seasons together, without the residual.
    private func signal(_ components: SeasonalComponents) -> [Double] {
        components.trend.indices.map { index in
            components.seasons.reduce(components.trend[index]) { $0 + $1.values[index] }
        }
    }

    @Test("the parts add up to the series, and each is found")
    func parts() throws {
        let series = Series()
        let components = try fit(series.values, both)
        let sum = zip(signal(components), components.residual).map { $0 + $1 }
        #expect(largestDifference(sum, series.values) < 1e-12)
        #expect(deviation(components.trend, series.trend) < 0.03)
        // Together: what is the same every day of a week may belong to either.
        #expect(deviation(signal(components), series.signal) < 0.7 * Series.noise)
        #expect(components.levelShifts.isEmpty)
        for season in components.seasons {
            #expect(season.isKnown)
            #expect((season.values.reduce(0, +) / Double(season.values.count)).magnitude < 0.01)
        }
    }

    @Test(
        "the scale of the residual is that of the noise, however few cycles the seasons had",
        arguments: [
            (8, [Series.day]), (28, [Series.day]), (28, [Series.day, Series.week]), (56, [Series.day, Series.week]),
        ])
    func residualScale(days: Int, periods: [Int]) throws {
        let series = Series(days: days, hasWeek: periods.count > 1)
        let components = try fit(series.values, periods)
        #expect((0.8...1.1).contains(components.residualScale / Series.noise))
    }

    @Test("a smooth season of a day without noise is found to a part in a hundred")
    func exactSeason() throws {
        let series = Series(days: 14, noise: 0, hasWeek: false)
        let components = try fit(series.values, [Series.day])
        #expect(largestDifference(components.seasons[0].values, series.daily) < 0.006)
        #expect(largestDifference(components.trend, series.trend) < 0.006)
    }

    @Test("the seasons come in the order in which their periods were given")
    func order() throws {
        let series = Series()
        let rising = try fit(series.values, both)
        let falling = try fit(series.values, both.reversed())
        #expect(falling.seasons.map(\.period) == both.reversed())
        #expect(falling.seasons[1].values == rising.seasons[0].values)
        #expect(falling.trend == rising.trend)
    }

    @Test("a profile is the season of the last period, by phase")
    func profile() throws {
        // 5 points beyond a whole day, so that phases and places in the last period differ.
        let values = Array(Series(hasWeek: false).values.prefix(20 * Series.day + 5))
        let season = try fit(values, [Series.day]).seasons[0]
        for index in (values.count - Series.day)..<values.count {
            #expect(season.profile[index % Series.day] == season.values[index])
        }
    }

    @Test("what follows the series is expected where it then is")
    func expectation() throws {
        let series = Series(days: 30)
        let past = 28 * Series.day
        let components = try fit(Array(series.values.prefix(past)), both)
        let expected = (1...(2 * Series.day)).map { components.expected(after: $0) }
        #expect(deviation(expected, Array(series.signal[past...])) < 1.5 * Series.noise)
    }

    @Test("outliers have no weight and leave no trace in the seasons", arguments: [1.0, 100, 1e9, -1e12, 1e299])
    func outliers(size: Double) throws {
        var series = Series()
        let clean = try fit(series.values, both)
        // Two hours on one day, and single points.
        series.add(size, to: 500..<504)
        for index in stride(from: 40, to: series.values.count, by: 97) { series.add(size, to: index..<(index + 1)) }
        let components = try fit(series.values, both)
        #expect((500..<504).allSatisfy { components.weights[$0] == 0 })
        #expect(largestDifference(signal(components), signal(clean)) < 6 * Series.noise)
        #expect(deviation(signal(components), series.signal) < 0.8 * Series.noise)
    }

    @Test("missing days are bridged by trend and seasons")
    func missingDays() throws {
        var series = Series()
        let gap = (9 * Series.day)..<(11 * Series.day)
        series.remove(gap)
        let components = try fit(series.values, both)
        #expect(gap.allSatisfy { components.residual[$0].isNaN && components.weights[$0] == 0 })
        #expect(deviation(Array(signal(components)[gap]), Array(series.signal[gap])) < 1.2 * Series.noise)
        #expect(deviation(signal(components), series.signal) < 0.8 * Series.noise)
    }

    @Test("a series with every fifth value only has seasons at every point")
    func sparse() throws {
        var series = Series(hasWeek: false)
        for index in series.values.indices where index % 5 != 0 { series.values[index] = .nan }
        // 48 is no multiple of 5, so every phase is seen; with 50 points a day four of five are never seen.
        let components = try fit(series.values, [Series.day])
        #expect(deviation(signal(components), series.signal) < 1.2 * Series.noise)

        var neverSeen = (0..<1_000).map { index -> Double in Double(min(index % 50, 50 - index % 50)) }
        let truth = neverSeen
        for index in neverSeen.indices where index % 5 != 0 { neverSeen[index] = .nan }
        let bridged = try fit(neverSeen, [50])
        #expect(largestDifference(signal(bridged), truth) < 0.6)
    }

    @Test("a lasting level shift is a step, at its point and of its size", arguments: [9, 16, 24])
    func levelShift(day: Int) throws {
        var series = Series()
        let clean = try fit(series.values, both)
        let begin = day * Series.day + 17
        series.add(0.8, to: begin..<series.values.count)
        let components = try fit(series.values, both)
        try #require(components.levelShifts.count == 1)
        #expect((components.levelShifts[0].index - begin).magnitude <= 1)
        #expect((components.levelShifts[0].change - 0.8).magnitude < 0.15)
        // Not smeared: within half an hour of it, the trend is on its new level.
        #expect(components.trend[begin + 1] - components.trend[begin - 2] > 0.65)
        for (season, before) in zip(components.seasons, clean.seasons) {
            #expect(deviation(season.values, before.values) < Series.noise)
        }
    }

    @Test(
        "what comes back is no level shift",
        arguments: [[SyntheticSeries.day], [SyntheticSeries.day, SyntheticSeries.week]])
    func noLevelShift(periods: [Int]) throws {
        // Weekends, and a day on which all was slow.
        var series = Series()
        series.add(0.8, to: (15 * Series.day)..<(16 * Series.day))
        let components = try fit(series.values, periods)
        #expect(components.levelShifts.isEmpty)
    }

    @Test("a season that is flat but for one minute keeps the minute")
    func sharpPeak() throws {
        var series = Series(noise: 0.02, hasWeek: false)
        for day in 0..<28 { series.add(1, to: (day * Series.day + 7)..<(day * Series.day + 8)) }
        var options = DecompositionOptions()
        options.phaseWindow = 5
        let season = try fit(series.values, [Series.day], options).seasons[0]
        #expect((season.profile[7] - season.profile[6] - 1).magnitude < 0.15)
        #expect(deviation(season.values, series.daily) < 0.25)
    }
}
