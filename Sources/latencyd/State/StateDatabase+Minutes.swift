internal import Platform

extension StateDatabase {
    /// Minutes that can be kept, since 1970.
    static let minutes: ClosedRange<Int64> = 0...HourKey.hours.upperBound * 60 + 59

    /// Keeps the summaries of `minute`; of a minute that is there already, the later summary of a series counts.
    ///
    /// - Returns: how many were dropped at a limit.
    func record(
        minute: Int64, summaries: [(series: StateSeries, summary: MinuteSummary)]
    ) throws(DatabaseError) -> Int {
        guard Self.minutes.contains(minute) else { return summaries.count }
        try foldHours(except: minute.hour)
        var rows: [Int64: MinuteSummary] = [:]
        try database.rows("SELECT summaries FROM minutes WHERE minute = ?", .integer(minute)) {
            row throws(DatabaseError) in MinuteRow.decode(row.bytes(0)) { rows[$0] = $1 }
        }
        var dropped = 0
        for (series, summary) in summaries {
            guard rows.count < StateLimits.summariesPerMinuteMax, let id = try id(of: series, at: minute) else {
                dropped += 1
                continue
            }
            rows[id] = summary
        }
        try database.run(
            "INSERT OR REPLACE INTO minutes (minute, summaries) VALUES (?, ?)", .integer(minute),
            .blob(MinuteRow.encode(rows)))
        return dropped
    }
}
