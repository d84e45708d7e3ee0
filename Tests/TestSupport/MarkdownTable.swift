/// The rows of the tables on a page of the manual.
public enum MarkdownTable {
    /// The cells of every row, heads and rulers left out; `\|` in a cell is a `|`.
    public static func rows(of page: String) -> [[String]] {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(cells)
        return lines.indices.compactMap { index in
            guard let row = lines[index], !isRuler(row) else { return nil }
            let isHead = index + 1 < lines.count && lines[index + 1].map(isRuler) == true
            return isHead ? nil : row
        }
    }

    /// The code spans in a cell: what stands between backquotes.
    public static func codes(in cell: String) -> [String] {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
    }

    private static func isRuler(_ row: [String]) -> Bool {
        row.allSatisfy { !$0.isEmpty && $0.allSatisfy { "-:".contains($0) } }
    }

    private static func cells(_ line: Substring) -> [String]? {
        guard line.hasPrefix("|"), line.hasSuffix("|"), line.count > 1 else { return nil }
        var cells: [String] = []
        var cell = ""
        var isEscaped = false
        for character in line.dropFirst() {
            if character == "|", !isEscaped {
                cells.append(trimmed(cell))
                cell = ""
            } else {
                if character == "|" { cell.removeLast() }
                cell.append(character)
            }
            isEscaped = character == "\\"
        }
        return cells
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
