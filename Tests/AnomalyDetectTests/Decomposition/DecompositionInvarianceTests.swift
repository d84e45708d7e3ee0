import AnomalyDetect
import Testing

@Suite("Seasonal decomposition: invariances")
struct DecompositionInvarianceTests {
    private let periods = [SyntheticSeries.day, SyntheticSeries.week]
    private static let series: [Double] = {
        var series = SyntheticSeries()
        series.add(2, to: 300..<305)
        series.remove(600..<700)
        series.add(0.7, to: 800..<series.values.count)
        return series.values
    }()

    @Test("the same series gives the same bits")
    func isDeterministic() throws {
        let first = try SeasonalDecomposition.fit(Self.series, periods: periods)
        let second = try SeasonalDecomposition.fit(Self.series, periods: periods)
        #expect(first.trend.map(\.bitPattern) == second.trend.map(\.bitPattern))
        #expect(first.weights.map(\.bitPattern) == second.weights.map(\.bitPattern))
    }

    @Test("a series that is moved has its trend moved, and nothing else", arguments: [1.0, -1e4, 1e6])
    func shift(by distance: Double) throws {
        let here = try SeasonalDecomposition.fit(Self.series, periods: periods)
        let there = try SeasonalDecomposition.fit(Self.series.map { $0 + distance }, periods: periods)
        let tolerance = 1e-8 * max(1, distance.magnitude / 1_000)
        #expect(largestDifference(there.trend, here.trend.map { $0 + distance }) < tolerance)
        #expect(largestDifference(there.seasons[0].values, here.seasons[0].values) < tolerance)
        #expect(largestDifference(there.seasons[1].values, here.seasons[1].values) < tolerance)
        #expect(there.levelShifts.map(\.index) == here.levelShifts.map(\.index))
    }

    @Test("a series in another unit has the same parts in that unit", arguments: [2.0, 1e3, 1e-9, -1, 1e200])
    func scale(by factor: Double) throws {
        let here = try SeasonalDecomposition.fit(Self.series, periods: periods)
        let there = try SeasonalDecomposition.fit(Self.series.map { $0 * factor }, periods: periods)
        #expect(largestDifference(there.trend.map { $0 / factor }, here.trend) < 1e-6)
        #expect(largestDifference(there.seasons[1].values.map { $0 / factor }, here.seasons[1].values) < 1e-6)
        #expect((there.residualScale / factor.magnitude - here.residualScale).magnitude < 1e-6)
        #expect(largestDifference(there.weights, here.weights) < 1e-5)
    }
}
