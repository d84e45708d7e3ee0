internal import Platform

extension StateDatabase {
    /// The baselines of the series `id`, by statistic.
    func baselines(of id: Int64) throws(DatabaseError) -> [StoredBaseline] {
        var result: [StoredBaseline] = []
        try database.rows(
            "SELECT statistic, as_of_minute, state FROM baselines WHERE series = ? ORDER BY statistic", .integer(id)
        ) { row throws(DatabaseError) in
            result.append(StoredBaseline(statistic: row.text(0), asOfMinute: row.integer(1), state: row.bytes(2)))
        }
        return result
    }

    /// Keeps `baseline` in place of that of the same statistic of the series `id`. False when it is too long.
    @discardableResult
    func store(_ baseline: StoredBaseline, of id: Int64) throws(DatabaseError) -> Bool {
        guard baseline.state.count <= StateLimits.baselineBytesMax else { return false }
        try database.run(
            "INSERT OR REPLACE INTO baselines (series, statistic, as_of_minute, state) VALUES (?, ?, ?, ?)",
            .integer(id), .text(baseline.statistic), .integer(baseline.asOfMinute), .blob(baseline.state))
        return true
    }
}
