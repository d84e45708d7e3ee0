internal import Platform

extension StateDatabase {
    /// Pages that the file may have: the log needs room as well.
    private var pagesMax: Int64 {
        Int64(max(settings.maxSizeBytes - 2 * Database.logBytes, Database.logBytes) / Database.pageBytes)
    }

    /// Pages that are kept free for the next minute.
    private var spare: Int64 { max(pagesMax / 16, 256) }

    /// Lets the file not grow beyond `storage.max_size`.
    func limitSize() throws(DatabaseError) { try database.setPagesMax(pagesMax) }

    /// Forgets what is older than `storage.retention` before `minute`, a little at a time, and the oldest minutes where
    /// the room gets short.
    func prune(at minute: Int64) throws(StateError) {
        try transaction { () throws(DatabaseError) in
            try forgetOld(before: minute - settings.retentionMinutes)
            try makeRoom()
        }
        try asStateError { () throws(DatabaseError) in try giveBack() }
    }

    private func forgetOld(before minute: Int64) throws(DatabaseError) {
        guard minute > 0 else { return }
        for _ in 0..<StateLimits.hoursForgottenPerMinute {
            guard let hour = try oldestHour(), hour < minute.hour else { break }
            try forget(hour)
        }
        try database.run(
            "DELETE FROM alerts WHERE end_seconds < ? OR id IN (SELECT id FROM alerts ORDER BY begin_seconds DESC LIMIT -1 OFFSET ?)",
            .real(Double(minute) * 60), .integer(Int64(StateLimits.alertsMax)))
        try forgetSeries(before: minute)
    }

    private func forgetSeries(before minute: Int64) throws(DatabaseError) {
        var series: [Int64] = []
        try database.rows(
            "SELECT id FROM series WHERE last_minute < ? ORDER BY last_minute LIMIT ?", .integer(minute),
            .integer(Int64(StateLimits.seriesForgottenPerMinute))
        ) { row throws(DatabaseError) in series.append(row.integer(0)) }
        guard !series.isEmpty else { return }
        // Those that have values in the hour in progress are as young as that.
        var seen: [Int64: Int64] = [:]
        try database.rows("SELECT minute, summaries FROM minutes ORDER BY minute") { row throws(DatabaseError) in
            MinuteRow.decode(row.bytes(1)) { id, _ in seen[id] = row.integer(0) }
        }
        for id in series {
            if let last = seen[id], last >= minute {
                try sawSeries(id, at: last)
                continue
            }
            try database.run("DELETE FROM baselines WHERE series = ?", .integer(id))
            try database.run("DELETE FROM series WHERE id = ?", .integer(id))
        }
        ids = [:]
        seriesCount = nil
    }

    private func makeRoom() throws(DatabaseError) {
        while try isShortOfRoom() {
            guard let hour = try oldestHour() else { return }
            try forget(hour)
        }
    }

    private func isShortOfRoom() throws(DatabaseError) -> Bool {
        let pages = try database.pages()
        return pages.all - pages.free > pagesMax - spare
    }

    private func oldestHour() throws(DatabaseError) -> Int64? {
        try database.integer("SELECT key FROM hours ORDER BY key LIMIT 1").map { HourKey.parts($0).hour }
    }

    private func forget(_ hour: Int64) throws(DatabaseError) {
        try database.run("DELETE FROM hours WHERE key <= ?", .integer(HourKey.last(of: hour)))
    }

    /// Free pages are used again; only where they are many, or the file is longer than it may be, it is cut.
    private func giveBack() throws(DatabaseError) {
        let pages = try database.pages()
        let isTooLong = pages.all > pagesMax
        guard pages.free > 0, isTooLong || pages.free > pages.all / 4 && pages.free > spare else { return }
        try database.shrink(pages: isTooLong ? pages.free : StateLimits.pagesGivenBackPerMinute)
        try limitSize()
    }
}
