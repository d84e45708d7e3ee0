internal import Platform
internal import Telemetry

extension StateDatabase {
    /// All series that are remembered, by id.
    func storedSeries() throws(DatabaseError) -> [StoredSeries] {
        var result: [StoredSeries] = []
        try database.rows(
            "SELECT id, name, labels, unit, first_minute, last_minute FROM series ORDER BY id"
        ) { row throws(DatabaseError) in
            // What cannot be read back is passed over; it is made anew when it is seen again.
            guard let labels = LabelText.decode(row.text(2)) else { return }
            result.append(
                StoredSeries(
                    id: row.integer(0),
                    series: StateSeries(name: row.text(1), labels: labels, unit: MetricUnit(row.text(3))),
                    firstMinute: row.integer(4), lastMinute: row.integer(5)))
        }
        return result
    }

    /// Timings that had observations after a moment, to an hour.
    func timingsSeen(after unixSeconds: Double) throws(DatabaseError) -> [StateSeries] {
        // An hour that is not over is not in `lastMinute` yet.
        let minute = Int64(max(unixSeconds, 0) / 60) - 60
        return try storedSeries().filter { $0.lastMinute > minute && StateSeries.signalName($0.series.name) == nil }
            .map(\.series)
    }

    /// How many series are remembered.
    func countSeries() throws(DatabaseError) -> Int {
        if let seriesCount { return seriesCount }
        let count = Int(clamping: try database.integer("SELECT count(*) FROM series") ?? 0)
        seriesCount = count
        return count
    }

    /// The id of `series`, which is stored where it is not; nil when there are too many.
    func id(of series: StateSeries, at minute: Int64) throws(DatabaseError) -> Int64? {
        if let id = ids[series] { return id }
        let labels = LabelText.encode(series.labels)
        var id = try database.integer(
            "SELECT id FROM series WHERE name = ? AND labels = ?", .text(series.name), .text(labels))
        if id == nil {
            let count = try countSeries()
            guard count < StateLimits.seriesMax else { return nil }
            try database.run(
                "INSERT INTO series (name, labels, unit, first_minute, last_minute) VALUES (?, ?, ?, ?, ?)",
                .text(series.name), .text(labels), .text(series.unit.suffix), .integer(minute), .integer(minute))
            id = database.lastInsertedID
            seriesCount = count + 1
        }
        if ids.count >= 2 * StateLimits.seriesMax { ids = [:] }
        ids[series] = id
        return id
    }

    /// The series `id` had a value at `minute`.
    func sawSeries(_ id: Int64, at minute: Int64) throws(DatabaseError) {
        try database.run(
            "UPDATE series SET last_minute = max(last_minute, ?) WHERE id = ?", .integer(minute), .integer(id))
    }
}
