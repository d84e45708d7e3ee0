internal import Platform

extension StateDatabase {
    /// The minutes of the series `id` after `minute`, up to `last`, in their order.
    func minutes(
        of id: Int64, after minute: Int64 = -1, through last: Int64 = .max
    ) throws(DatabaseError) -> [(minute: Int64, summary: MinuteSummary)] {
        var found: [(minute: Int64, summary: MinuteSummary)] = []
        try eachHour(after: minute, through: last) { hour throws(DatabaseError) in
            var block = try block(hour: hour, of: id) ?? HourBlock()
            try eachMinuteRow(of: hour) { place, row in
                MinuteRow.decode(row, only: id) { block.summaries[place] = $1 }
            }
            block.each(in: hour) { if $0 > minute && $0 <= last { found.append(($0, $1)) } }
        }
        return found
    }

    /// Hands all minutes of all series after `minute`, up to `last`, to `body`, those of one series in their order. One
    /// pass over the file, for the start.
    func replay(
        after minute: Int64, through last: Int64 = .max,
        _ body: (_ series: Int64, _ minute: Int64, _ summary: MinuteSummary) -> Void
    ) throws(DatabaseError) {
        try eachHour(after: minute, through: last) { hour throws(DatabaseError) in
            for (id, block) in try blocks(of: hour).sorted(by: { $0.key < $1.key }) {
                block.each(in: hour) { if $0 > minute && $0 <= last { body(id, $0, $1) } }
            }
        }
    }

    /// All that is known of an hour: its blocks, and the minutes that are not packed yet, which are later.
    private func blocks(of hour: Int64) throws(DatabaseError) -> [Int64: HourBlock] {
        var blocks: [Int64: HourBlock] = [:]
        try database.rows(
            "SELECT key, block FROM hours WHERE key BETWEEN ? AND ?", .integer(HourKey.first(of: hour)),
            .integer(HourKey.last(of: hour))
        ) { row throws(DatabaseError) in
            // A damaged block is as one that is not there.
            blocks[HourKey.parts(row.integer(0)).series] = HourBlock(decoding: row.bytes(1))
        }
        try eachMinuteRow(of: hour) { place, row in
            MinuteRow.decode(row) { blocks[$0, default: HourBlock()].summaries[place] = $1 }
        }
        return blocks
    }

    /// Hands the place in the hour and the bytes of each minute of `hour` that is not packed yet to `body`.
    func eachMinuteRow(of hour: Int64, _ body: (Int, [UInt8]) -> Void) throws(DatabaseError) {
        let first = hour * 60
        try database.rows(
            "SELECT minute, summaries FROM minutes WHERE minute BETWEEN ? AND ? ORDER BY minute", .integer(first),
            .integer(first + 59)
        ) { row throws(DatabaseError) in body(Int(row.integer(0) - first), row.bytes(1)) }
    }

    /// Hands each hour of which anything is stored to `body`. From hour to hour the file is searched, not read.
    private func eachHour(
        after minute: Int64, through last: Int64, _ body: (Int64) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var from = max(minute, 0).hour
        let end = min(max(last, -1).hour, HourKey.hours.upperBound)
        while from <= end {
            let key = try database.integer(
                "SELECT key FROM hours WHERE key >= ? ORDER BY key LIMIT 1", .integer(HourKey.first(of: from)))
            let loose = try database.integer(
                "SELECT minute FROM minutes WHERE minute >= ? ORDER BY minute LIMIT 1", .integer(from * 60))
            let next = [key.map { HourKey.parts($0).hour }, loose?.hour].compactMap(\.self).min()
            guard let next, next <= end else { return }
            try body(next)
            from = next + 1
        }
    }
}
