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
        /// The difference of trend and seasons in parts of the range of the series: of the farthest point, and the middle.
        let largest: Double
        let median: Double

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "stl-plain", periods: [24], isRobust: false, largest: 0.002, median: 0.0002),
        Case(name: "stl-robust", periods: [24], isRobust: true, largest: 0.01, median: 0.0005),
        Case(name: "mstl-plain", periods: [24, 168], isRobust: false, largest: 0.01, median: 0.001),
    ]

    @Test("STL and MSTL give the same parts", arguments: cases)
    func same(_ expected: Case) throws {
        let rows = Self.rows(expected.name)
        let parts = try Self.parts(rows, expected.periods, isRobust: expected.isRobust)
        for (column, part) in parts.enumerated() {
            let differences = Self.differences(part, rows, column)
            #expect(differences[differences.count - 1] < expected.largest, "part \(column)")
            #expect(differences[differences.count / 2] < expected.median, "part \(column)")
        }
    }

    /// statsmodels' robust MSTL takes an outlier for a week's own: least squares through five values go half-way to it, and
    /// the next round leaves out the other four.
    @Test("robust MSTL gives the same parts but where an outlier is taken for a season")
    func robustMSTL() throws {
        let rows = Self.rows("mstl-robust")
        let parts = try Self.parts(rows, [24, 168], isRobust: true)
        for (column, part) in parts.enumerated() {
            let differences = Self.differences(part, rows, column)
            #expect(differences[differences.count * 95 / 100] < 0.02, "part \(column)")
            #expect(differences[differences.count / 2] < 0.005, "part \(column)")
        }
        // What the series was before outliers were added: that of the fixture without.
        let truth = Self.rows("mstl-plain").map { $0[0] }
        let ours = rows.indices.map { index in parts.reduce(0) { $0 + $1[index] } }
        let theirs = rows.map { $0[1] + $0[2] + $0[3] }
        #expect(largestDifference(ours, truth) < 2)
        #expect(largestDifference(theirs, truth) > 11)
    }

    /// Rows of value, trend and seasons.
    private static func rows(_ name: String) -> [[Double]] {
        let text = Repository.text("Tests/AnomalyDetectTests/Decomposition/Fixtures/\(name).csv")
        return text.split(separator: "\n").map { row in row.split(separator: ",").map { Double($0)! } }
    }

    /// Trend and seasons as we find them.
    private static func parts(_ rows: [[Double]], _ periods: [Int], isRobust: Bool) throws -> [[Double]] {
        let options = DecompositionOptions(
            seasonalDegree: 1, phaseWindow: 1, robustRounds: isRobust ? 15 : 0, findsLevelShifts: false)
        let components = try SeasonalDecomposition.fit(rows.map { $0[0] }, periods: periods, options: options)
        return [components.trend] + components.seasons.map(\.values)
    }

    /// From small to large, in parts of the range of the series.
    private static func differences(_ part: [Double], _ rows: [[Double]], _ column: Int) -> [Double] {
        let values = rows.map { $0[0] }
        let range = values.max()! - values.min()!
        return zip(part, rows).map { ($0 - $1[column + 1]).magnitude / range }.sorted()
    }
}
