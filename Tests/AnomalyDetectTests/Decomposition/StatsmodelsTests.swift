import AnomalyDetect
import TestSupport
import Testing

/// Beside statsmodels 0.15, from figures that `statsmodels_fixtures.py` has written.
@Suite("Seasonal decomposition beside statsmodels")
struct StatsmodelsTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let periods: [Int]
        let isRobust: Bool
        /// The largest difference of trend and seasons, and the middle one, in parts of the range of the series.
        let largest: Double
        let median: Double

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "stl-plain", periods: [24], isRobust: false, largest: 0.002, median: 0.0002),
        Case(name: "stl-robust", periods: [24], isRobust: true, largest: 0.01, median: 0.0005),
        Case(name: "mstl-plain", periods: [24, 168], isRobust: false, largest: 0.01, median: 0.001),
        Case(name: "mstl-robust", periods: [24, 168], isRobust: true, largest: 0.1, median: 0.002),
    ]

    @Test("STL and MSTL give the same parts", arguments: cases)
    func same(_ expected: Case) throws {
        let text = Repository.text("Tests/AnomalyDetectTests/Decomposition/Fixtures/\(expected.name).csv")
        let rows = text.split(separator: "\n").map { row in row.split(separator: ",").map { Double($0)! } }
        let values = rows.map { $0[0] }
        let options = DecompositionOptions(
            phaseWindow: 1, robustRounds: expected.isRobust ? 15 : 0, findsLevelShifts: false)
        let components = try SeasonalDecomposition.fit(values, periods: expected.periods, options: options)
        let range = values.max()! - values.min()!
        for (column, ours) in ([components.trend] + components.seasons.map(\.values)).enumerated() {
            let differences = zip(ours, rows).map { ($0 - $1[column + 1]).magnitude / range }.sorted()
            #expect(differences[differences.count - 1] < expected.largest, "part \(column)")
            #expect(differences[differences.count / 2] < expected.median, "part \(column)")
        }
    }
}
