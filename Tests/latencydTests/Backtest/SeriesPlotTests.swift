import AnomalyDetect
import TestSupport
import Testing

@testable import latencyd

@Suite("Pictures of a backtest")
struct SeriesPlotTests {
    private static func row(_ minute: Int, _ value: Double, level: AlertLevel = .none, band: Double? = 1) -> BacktestRow
    {
        BacktestRow(
            time: Double(minute * 60), value: value, expected: band == nil ? .nan : value,
            lower: value - (band ?? .nan), upper: value + (band ?? .nan), score: level == .none ? 0.5 : 3, level: level)
    }

    private static func render(_ rows: [BacktestRow], name: String = "a") -> String {
        var summary = BacktestSummary(name: name, interval: 60)
        var columns = PlotColumns(from: rows.first?.time ?? 0, to: rows.last?.time ?? 0, interval: 60)
        for row in rows {
            summary.add(row)
            columns.add(row)
        }
        return String(decoding: SeriesPlot.render(columns, summary) { _ in 0 }, as: UTF8.self)
    }

    /// Whether every element is closed in its order, and no number is one that SVG does not know.
    private static func isWellFormed(_ svg: String) -> Bool {
        var open: [Substring] = []
        var rest = svg[...]
        while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
            let tag = rest[rest.index(after: start)..<end]
            let name = tag.drop { $0 == "/" }.prefix { $0.isLetter }
            if tag.hasPrefix("/") {
                guard open.popLast() == name else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(name)
            }
            guard tag.count(where: { $0 == "\"" }).isMultiple(of: 2) else { return false }
            rest = rest[rest.index(after: end)...]
        }
        return open.isEmpty && !svg.contains("nan,") && !svg.contains(",nan") && !svg.contains("inf,")
    }

    @Test("A year of minutes stays below a megabyte, with its highest and its lowest value")
    func year() throws {
        var generator = SeededGenerator(seed: 5)
        var rows = (0..<525_600).map {
            Self.row($0, .random(in: 10...20, using: &generator), level: $0.isMultiple(of: 3_000) ? .warning : .none)
        }
        rows[300_000] = Self.row(300_000, 95, level: .critical)
        let svg = Self.render(rows)
        #expect(svg.utf8.count < 1_000_000)
        #expect(Self.isWellFormed(svg))
        #expect(svg.contains("critical 1970-07-28T08:00:00Z to 1970-07-28T08:00:00Z, score up to 3"))
        // The peak reaches the top tenth of the value's part of the picture.
        let path = try #require(
            svg.split(separator: "class=\"value\" d=\"").dropFirst().first?.split(separator: "\"").first)
        let heights = path.split(whereSeparator: { $0 == "M" || $0 == "L" })
            .compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
        #expect(try #require(heights.min()) < 90 && heights.max()! > 310)
    }

    @Test("Levels that flap with every row do not make it endless")
    func flapping() {
        let rows = (0..<200_000).map { Self.row($0, 1, level: $0.isMultiple(of: 2) ? .warning : .critical) }
        #expect(Self.render(rows).utf8.count < 1_500_000)
    }

    @Test(
        "Whatever the values are, the picture is well-formed",
        arguments: [
            [], [5], [0, 0, 0], [5, .nan, 5], [.nan], [-3, 4, 1], [1e300, -1e300, 5], [1e-300, 1e300], [1, 1, 1, 900],
            [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [.leastNonzeroMagnitude, 0], [1e15, 1e15 + 1],
        ] as [[Double]])
    func values(_ values: [Double]) {
        let rows = values.enumerated().map { Self.row($0 * 10, $1, band: $0.isMultiple(of: 2) ? nil : .infinity) }
        #expect(Self.isWellFormed(Self.render(rows)))
        #expect(Self.isWellFormed(Self.render(values.enumerated().map { Self.row($0, $1) })))
    }

    @Test("A name cannot leave its place")
    func name() {
        let svg = Self.render([Self.row(0, 1)], name: "</title><script>\"&'\u{1}\u{FFFF}")
        #expect(Self.isWellFormed(svg) && !svg.contains("<script"))
        #expect(svg.contains("&lt;/title&gt;&lt;script&gt;&quot;&amp;'\u{FFFD}\u{FFFD}"))
    }

    @Test("Nothing is drawn where rows are missing")
    func gap() throws {
        let rows = (0..<100).map { Self.row($0, 1) } + (500..<600).map { Self.row($0, 1) }
        let svg = Self.render(rows)
        let path = try #require(
            svg.split(separator: "class=\"value\" d=\"").dropFirst().first?.split(separator: "\"").first)
        #expect(path.count(where: { $0 == "M" }) == 2)
    }

    @Test("One peak does not press all others flat")
    func logarithmic() {
        #expect(PlotScale(least: 1, largest: 1_000, middle: 2, top: 0, bottom: 100).isLogarithmic)
        #expect(!PlotScale(least: 1, largest: 10, middle: 2, top: 0, bottom: 100).isLogarithmic)
        #expect(!PlotScale(least: 0, largest: 1_000, middle: 2, top: 0, bottom: 100).isLogarithmic)
    }

    @Test(
        "Round values have lines",
        arguments: [(0.0, 100.0), (-5, 5), (0.0012, 0.0019), (3, 3), (1e300, 1.5e300)] as [(Double, Double)])
    func lines(_ least: Double, _ largest: Double) {
        let scale = PlotScale(least: least, largest: largest, middle: largest, top: 0, bottom: 100)
        #expect((3...8).contains(scale.lines.count), "\(scale.lines)")
        for line in scale.lines { #expect((0...100).contains(scale.height(of: line))) }
        #expect(zip(scale.lines, scale.lines.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(
        "Lines of time stand at round moments of local time",
        arguments: [
            (3_600.0 * 6, 0, "01:00"), (86_400 * 3, 0, "06:00"), (86_400 * 10, 0, "Fri 01-02"),
            (86_400 * 28, 0, "Sat 01-03"),
            (86_400 * 90, 0, "1970-01-05"), (86_400 * 10, 7_200, "Fri 01-02"), (86_400 * 3_650, 0, "1970-01-05"),
        ] as [(Double, Int32, String)])
    func times(_ span: Double, _ offset: Int32, _ second: String) {
        let ticks = PlotTimeAxis.ticks(from: 0, to: span, offset: { _ in offset })
        #expect((2...16).contains(ticks.count))
        #expect(ticks.contains { $0.text == second }, "\(ticks.map(\.text))")
        #expect(ticks.allSatisfy { $0.time >= 0 && $0.time <= span })
        if second.count > 5 { #expect(ticks.allSatisfy { (Int($0.time) + Int(offset)).isMultiple(of: 86_400) }) }
    }
}
