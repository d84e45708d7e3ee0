internal import Collectors
internal import Exporter

/// The summaries of a backtest, one line each, for people.
enum BacktestTable {
    private static let header = ["series", "rows", "days", "state", "alarms", "longest", "first"]
    private static let isLeftAligned = [true, false, false, true, false, false, true]

    static func render(_ summaries: [BacktestSummary]) -> String {
        let rows = [header] + summaries.map(cells) + (summaries.count > 1 ? [total(summaries)] : [])
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { line($0, widths) }.joined(separator: "\n")
    }

    private static func cells(_ summary: BacktestSummary) -> [String] {
        [
            Finding.printable(summary.name), String(summary.rowCount), days(summary.days), summary.state,
            String(summary.alarmCount), summary.alarmCount == 0 ? "-" : duration(summary.longestSeconds),
            summary.first.map { UTCTime(unixSeconds: $0.from).rfc3339 } ?? "-",
        ]
    }

    private static func total(_ summaries: [BacktestSummary]) -> [String] {
        let days = summaries.map(\.days).reduce(0, +)
        return [
            "all \(summaries.count)", String(summaries.map(\.rowCount).reduce(0, +)), self.days(days), "",
            String(summaries.map(\.alarmCount).reduce(0, +)),
            summaries.contains { $0.alarmCount > 0 } ? duration(summaries.map(\.longestSeconds).max() ?? 0) : "-", "",
        ]
    }

    private static func days(_ days: Double) -> String {
        let tenths = Int((days * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// In the two largest units that are in use: `45s`, `12m`, `3h5m`, `2d4h`.
    static func duration(_ seconds: Double) -> String {
        let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        let whole = Int(seconds.rounded())
        guard let largest = units.firstIndex(where: { whole >= $0.0 }) else { return "\(whole)s" }
        var text = "\(whole / units[largest].0)\(units[largest].1)"
        if largest + 1 < units.count {
            let rest = whole % units[largest].0 / units[largest + 1].0
            if rest > 0 { text += "\(rest)\(units[largest + 1].1)" }
        }
        return text
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = cells.indices.map { column in
            let padding = String(repeating: " ", count: max(0, widths[column] - cells[column].count))
            return isLeftAligned[column] ? cells[column] + padding : padding + cells[column]
        }
        let text = padded.joined(separator: "  ")
        return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.endIndex)])
    }
}
