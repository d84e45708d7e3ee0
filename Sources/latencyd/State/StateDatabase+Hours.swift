internal import Platform

extension StateDatabase {
    /// Packs the minutes of all hours but `hour` into one block for each series.
    func foldHours(except hour: Int64) throws(DatabaseError) {
        var hours: [Int64] = []
        try database.rows(
            "SELECT DISTINCT minute / 60 FROM minutes WHERE minute < ? OR minute >= ?", .integer(hour * 60),
            .integer(hour * 60 + 60)
        ) { row throws(DatabaseError) in hours.append(row.integer(0)) }
        for hour in hours { try fold(hour) }
    }

    /// What the file's hour says already is kept where these minutes say nothing: the clock may have been set back.
    private func fold(_ hour: Int64) throws(DatabaseError) {
        guard HourKey.hours.contains(hour) else { return }
        var blocks: [Int64: HourBlock] = [:]
        try eachMinuteRow(of: hour) { place, row in
            MinuteRow.decode(row) { blocks[$0, default: HourBlock()].summaries[place] = $1 }
        }
        for (id, block) in blocks.sorted(by: { $0.key < $1.key }) {
            var merged = try self.block(hour: hour, of: id) ?? HourBlock()
            merged.merge(block)
            try database.run(
                "INSERT OR REPLACE INTO hours (key, block) VALUES (?, ?)", .integer(HourKey.of(hour, id)),
                .blob(merged.encoded()))
            if let minute = block.summaries.lastIndex(where: { $0 != nil }) {
                try sawSeries(id, at: hour * 60 + Int64(minute))
            }
        }
        try database.run(
            "DELETE FROM minutes WHERE minute BETWEEN ? AND ?", .integer(hour * 60), .integer(hour * 60 + 59))
    }

    /// What is packed of the series `id` in `hour`; nil where there is nothing, or it is damaged.
    func block(hour: Int64, of id: Int64) throws(DatabaseError) -> HourBlock? {
        var block: HourBlock?
        try database.rows("SELECT block FROM hours WHERE key = ?", .integer(HourKey.of(hour, id))) {
            row throws(DatabaseError) in block = HourBlock(decoding: row.bytes(0))
        }
        return block
    }
}
