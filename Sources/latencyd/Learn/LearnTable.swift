internal import Collectors
internal import Telemetry

/// What was learned, a line for each series, for people.
enum LearnTable {
    /// Lines that are shown; the others are counted.
    static let linesMax = 40

    struct Line: Equatable {
        var key: TimingStatistic
        var pointCount: Int
        var days: Double
        /// The name of the state that the daemon will begin in.
        var state: String
        /// Whether it was not written, since the daemon has learned about it already.
        var isKept: Bool
    }

    static func render(_ lines: [Line]) -> String {
        let shown = lines.sorted { name($0.key) < name($1.key) }.prefix(linesMax)
        let header = ["series", "minutes", "days", "state"]
        let rows =
            [header]
            + shown.map { line in
                let tenths = Int((line.days * 10).rounded())
                return [
                    Finding.printable(name(line.key)), String(line.pointCount), "\(tenths / 10).\(tenths % 10)",
                    line.isKept ? "left as it is: known already" : line.state,
                ]
            }
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = rows.map { row in
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 1 || column == 2 ? padding + row[column] : row[column] + (column == 3 ? "" : padding)
            }
            return cells.joined(separator: "  ")
        }
        if lines.count > shown.count { text.append("and \(lines.count - shown.count) more") }
        return text.joined(separator: "\n")
    }

    /// As PromQL has it: `inference_latency_seconds{model="a"} p99`.
    static func name(_ key: TimingStatistic) -> String {
        let labels = key.labels.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
        return "\(key.timing)\(labels.isEmpty ? "" : "{\(labels)}") \(key.statistic.rawValue)"
    }
}
