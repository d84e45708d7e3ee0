internal import Platform
internal import Telemetry

/// What can still be read of a damaged database: series with their baselines.
enum StateSalvage {
    typealias Found = [(series: StoredSeries, baselines: [StoredBaseline])]

    /// Empty where nothing can be read. A table is read as far as it goes.
    static func read(_ path: String) -> Found {
        guard let database = try? Database(path: path, creates: false),
            (try? database.integer("PRAGMA application_id")) == StateSchema.applicationID
        else { return [] }
        let baselines = baselines(in: database)
        return series(in: database).compactMap { stored in
            baselines[stored.id].map { (stored, $0) }
        }
    }

    private static func series(in database: Database) -> [StoredSeries] {
        var found: [StoredSeries] = []
        try? database.rows(
            "SELECT id, name, labels, unit, first_minute, last_minute FROM series NOT INDEXED LIMIT ?",
            .integer(Int64(StateLimits.seriesMax))
        ) { row throws(DatabaseError) in
            guard let labels = LabelText.decode(row.text(2)), !row.text(1).isEmpty else { return }
            found.append(
                StoredSeries(
                    id: row.integer(0),
                    series: StateSeries(name: row.text(1), labels: labels, unit: MetricUnit(row.text(3))),
                    firstMinute: row.integer(4), lastMinute: row.integer(5)))
        }
        return found
    }

    private static func baselines(in database: Database) -> [Int64: [StoredBaseline]] {
        var found: [Int64: [StoredBaseline]] = [:]
        var bytes = 0
        try? database.rows(
            "SELECT series, statistic, as_of_minute, state FROM baselines NOT INDEXED"
        ) { row throws(DatabaseError) in
            let baseline = StoredBaseline(
                statistic: row.text(1), asOfMinute: row.integer(2), state: row.bytes(3))
            bytes += baseline.state.count
            guard bytes <= 8 * StateLimits.waitingBaselineBytesMax,
                baseline.state.count <= StateLimits.baselineBytesMax
            else { return }
            found[row.integer(0), default: []].append(baseline)
        }
        return found
    }
}
