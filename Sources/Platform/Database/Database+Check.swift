extension Database {
    /// Looks for contradictions in the file (SQLite's `quick_check`), for `seconds` at the most: it reads all of it.
    ///
    /// - Returns: the first contradictions in SQLite's words; nil when there is none, or none was found in time.
    public func problem(withinSeconds seconds: Double) throws(DatabaseError) -> String? {
        var lines: [String] = []
        do {
            try withTimeLimit(seconds: seconds) { () throws(DatabaseError) in
                try rows("PRAGMA quick_check(3)") { row throws(DatabaseError) in lines.append(row.text(0)) }
            }
        } catch  where error.kind == .interrupted {
            // What was not looked at is met when it is used.
        }
        return lines == ["ok"] || lines.isEmpty ? nil : lines.joined(separator: "; ")
    }
}
