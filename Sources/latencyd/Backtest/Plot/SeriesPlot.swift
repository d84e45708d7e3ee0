internal import AnomalyDetect
internal import Exporter

/// One series of a backtest as an SVG picture: values in the band of what was expected, alarms shaded, the score below.
///
/// It stands alone, without scripts, and is readable on light and on dark ground.
struct SeriesPlot {
    private static let width = 1_200.0
    private static let height = 492.0
    private static let left = 76.0
    private static let right = 1_164.0
    private static let valueTop = 56.0
    private static let valueBottom = 340.0
    private static let scoreTop = 364.0
    private static let scoreBottom = 440.0
    /// A score above it is drawn at it.
    private static let scoreHighest = 10.0
    /// The least width that an alarm is seen with.
    private static let spanWidthMin = 1.5

    private static let style = """
        svg{background:#fff}text{font:12px sans-serif;fill:#222}.title{font-size:15px;font-weight:bold}
        .end{text-anchor:end}.middle{text-anchor:middle}.paper{fill:#fff}.grid{stroke:#e3e3e3}.day{stroke:#c4c4c4}
        path{fill:none;stroke-linejoin:round;stroke-linecap:round}.value{stroke:#1f5fa8}
        path.band{fill:#1f5fa8;fill-opacity:.16}.expected{stroke:#111;stroke-opacity:.75}.score{stroke:#555}
        .limit{stroke:#c23b22;stroke-dasharray:5 4}.info{fill:#7fa8d0;fill-opacity:.4}
        .warning{fill:#e69f00;fill-opacity:.45}.critical{fill:#d0342c;fill-opacity:.5}
        @media (prefers-color-scheme:dark){svg{background:#16181c}text{fill:#ddd}.paper{fill:#16181c}
        .grid{stroke:#2c2f36}.day{stroke:#444851}.value{stroke:#7db7f0}path.band{fill:#7db7f0;fill-opacity:.2}
        .expected{stroke:#fff}.score{stroke:#b5b5b5}.limit{stroke:#ff7b66}
        .warning{fill:#f2b134;fill-opacity:.4}.critical{fill:#ff5c52;fill-opacity:.5}}
        """

    private let columns: PlotColumns
    private let summary: BacktestSummary
    private let offset: (Int64) -> Int32
    private let runs: [[PlotColumns.Column]]
    private let values: PlotScale
    private let scores: PlotScale
    private var svg: [UInt8] = []

    /// - Parameter offset: of local time from UTC at a moment, in seconds.
    init(_ columns: PlotColumns, _ summary: BacktestSummary, offset: @escaping (Int64) -> Int32) {
        self.columns = columns
        self.summary = summary
        self.offset = offset
        runs = columns.runs
        let all = runs.joined()
        let middles = all.map(\.valueMax).sorted()
        values = PlotScale(
            least: all.map(\.valueMin).min() ?? 0, largest: all.map(\.valueMax).max() ?? 1,
            middle: middles.isEmpty ? 0 : middles[middles.count / 2], top: Self.valueTop, bottom: Self.valueBottom)
        let highest = min(max(all.map(\.scoreMax).max() ?? 0, 2), Self.scoreHighest)
        scores = PlotScale(
            least: 0, largest: highest, middle: highest, top: Self.scoreTop, bottom: Self.scoreBottom)
    }

    /// The whole file.
    static func render(
        _ columns: PlotColumns, _ summary: BacktestSummary, offset: @escaping (Int64) -> Int32
    ) -> [UInt8] {
        var plot = SeriesPlot(columns, summary, offset: offset)
        plot.draw()
        return plot.svg
    }

    private mutating func draw() {
        drawHead()
        drawTimes()
        drawAlarms()
        drawGrid(values, PlotText.number)
        drawGrid(scores, PlotText.number)
        drawBand()
        drawPath("value", valuePath())
        drawPath("expected", expectedPath())
        drawPath("score", scorePath())
        let limit = scores.height(of: 1)
        add(
            "<path class=\"limit\" d=\"M\(Self.left),\(Self.tenth(limit))H\(Self.right)\"><title>above 1: not normal"
                + "</title></path>\n")
        drawLegend()
        add("</svg>\n")
    }

    // MARK: Around the curves

    private mutating func drawHead() {
        let name = PlotText.escaped(summary.name)
        let times = [summary.firstTime, summary.lastTime].map { UTCTime(unixSeconds: $0 ?? 0).rfc3339 }
        let text =
            "\(summary.rowCount) rows from \(times[0]) to \(times[1]); state \(summary.state); "
            + "\(summary.alarmCount) alarms\(values.isLogarithmic ? "; logarithmic scale" : "")"
        add(
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img">
            <title>\(name)</title>
            <desc>\(PlotText.escaped(text))</desc>
            <style>\(Self.style)</style>
            <clipPath id="values"><rect x="\(Self.left)" y="\(Self.valueTop)" width="\(Self.right - Self.left)" \
            height="\(Self.valueBottom - Self.valueTop)"/></clipPath>
            <rect class="paper" width="100%" height="100%"/>
            <text class="title" x="\(Self.left)" y="22">\(name)</text>
            <text x="\(Self.left)" y="42">\(PlotText.escaped(text))</text>

            """)
    }

    private mutating func drawTimes() {
        for tick in PlotTimeAxis.ticks(from: columns.from, to: columns.to, offset: offset) {
            let x = Self.tenth(self.x(tick.time))
            add(
                "<path class=\"\(tick.isDay ? "day" : "grid")\" d=\"M\(x),\(Self.valueTop)V\(Self.scoreBottom)\"/>"
                    + "<text class=\"middle\" x=\"\(x)\" y=\"\(Self.scoreBottom + 18)\">\(tick.text)</text>\n")
        }
    }

    private mutating func drawGrid(_ scale: PlotScale, _ text: (Double) -> String) {
        for line in scale.lines {
            let y = Self.tenth(scale.height(of: line))
            add(
                "<path class=\"grid\" d=\"M\(Self.left),\(y)H\(Self.right)\"/>"
                    + "<text class=\"end\" x=\"\(Self.left - 8)\" y=\"\(y)\" dy=\"4\">\(text(line))</text>\n")
        }
    }

    private mutating func drawLegend() {
        let y = Self.height - 6
        let entries = [("value", "value"), ("expected", "expected, in its band"), ("score", "score (below)")]
        var x = Self.left
        for (name, text) in entries {
            add(
                "<path class=\"\(name)\" d=\"M\(x),\(y - 4)h24\"/><text x=\"\(x + 30)\" y=\"\(y)\">\(text)</text>\n")
            x += 190
        }
        for level in [AlertLevel.warning, .critical] {
            add(
                "<rect class=\"\(level.name)\" x=\"\(x)\" y=\"\(y - 11)\" width=\"24\" height=\"13\"/>"
                    + "<text x=\"\(x + 30)\" y=\"\(y)\">alarm: \(level.name)</text>\n")
            x += 150
        }
    }

    private mutating func drawAlarms() {
        for span in columns.spans {
            let from = x(span.from)
            let width = max(x(span.to + columns.interval) - from, Self.spanWidthMin)
            let text = [span.from, span.to].map { UTCTime(unixSeconds: $0).rfc3339 }
            add(
                "<rect class=\"\(span.level.name)\" x=\"\(Self.tenth(from))\" y=\"\(Self.valueTop)\" "
                    + "width=\"\(Self.tenth(width))\" height=\"\(Self.scoreBottom - Self.valueTop)\">"
                    + "<title>\(span.level.name) \(text[0]) to \(text[1]), score up to "
                    + "\(PlotText.number(span.scoreMax))</title></rect>\n")
        }
    }

    // MARK: Curves

    private mutating func drawPath(_ name: String, _ path: PlotPath) {
        guard !path.text.isEmpty else { return }
        add("<path class=\"\(name)\" d=\"")
        svg += path.text
        add("\"/>\n")
    }

    private mutating func drawBand() {
        var path = PlotPath()
        for run in runs {
            for part in run.split(whereSeparator: { !$0.lower.isFinite || !$0.upper.isFinite }) {
                for (place, column) in part.enumerated() {
                    let point = (x(column.firstTime), values.height(of: column.upper))
                    if place == 0 { path.move(point.0, point.1) } else { path.line(point.0, point.1) }
                }
                for column in part.reversed() { path.line(x(column.firstTime), values.height(of: column.lower)) }
                path.close()
            }
        }
        add("<g clip-path=\"url(#values)\" stroke=\"none\">\n")
        drawPath("band", path)
        add("</g>\n")
    }

    private func valuePath() -> PlotPath {
        var path = PlotPath()
        for run in runs {
            for (place, column) in run.enumerated() {
                let x = self.x(column.firstTime)
                let high = values.height(of: column.valueMax)
                if place == 0 { path.move(x, high) } else { path.line(x, high) }
                if column.valueMin < column.valueMax { path.line(x, values.height(of: column.valueMin)) }
            }
            if run.count == 1 { path.dot() }
        }
        return path
    }

    private func expectedPath() -> PlotPath {
        curve {
            values.height(of: $0.expected)
        } isThere: {
            $0.expected.isFinite
        }
    }

    private func scorePath() -> PlotPath {
        curve {
            scores.height(of: $0.scoreMax)
        } isThere: { _ in
            true
        }
    }

    private func curve(
        _ height: (PlotColumns.Column) -> Double, isThere: (PlotColumns.Column) -> Bool
    ) -> PlotPath {
        var path = PlotPath()
        for run in runs {
            for part in run.split(whereSeparator: { !isThere($0) }) {
                for (place, column) in part.enumerated() {
                    let point = (x(column.firstTime), height(column))
                    if place == 0 { path.move(point.0, point.1) } else { path.line(point.0, point.1) }
                }
                if part.count == 1 { path.dot() }
            }
        }
        return path
    }

    private func x(_ time: Double) -> Double {
        let share = min(max((time - columns.from) / (columns.to - columns.from), 0), 1)
        return Self.left + share * (Self.right - Self.left)
    }

    private static func tenth(_ value: Double) -> String {
        var text: [UInt8] = []
        PlotPath.append(value, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func add(_ text: String) { svg += Array(text.utf8) }
}
