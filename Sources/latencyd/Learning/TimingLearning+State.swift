internal import Platform

extension SignalLearning {
    /// Takes what the state database has.
    mutating func restore(from database: StateDatabase) throws(DatabaseError) {
        for one in try database.storedSeries() where StateSeries.signalName(one.series.name) != nil {
            for baseline in try database.baselines(of: one.id) { restore(one.series, baseline) }
        }
    }
}

extension TimingLearning {
    /// So many days of summaries are learned anew at the start, at the most: baselines are stored several times a day.
    static let replayedMinutesMax: Int64 = 7 * 24 * 60

    /// Takes what the state database has.
    mutating func restore(from database: StateDatabase, unixSeconds: Double) throws(DatabaseError) {
        let now = Int64(max(unixSeconds, 0) / 60)
        var known: [Stored] = []
        // The latest first: where there is room for some only, those that are still there are taken.
        let stored = try database.storedSeries().sorted { ($0.lastMinute, $1.id) > ($1.lastMinute, $0.id) }
        for one in stored where takes(one.series) {
            guard known.count < seriesMax else { break }
            known.append(
                Stored(
                    id: one.id, series: one.series, first: one.firstMinute, last: one.lastMinute,
                    baselines: try database.baselines(of: one.id)))
        }
        guard let after = restore(known) else { return }
        try database.replay(after: max(after, now - Self.replayedMinutesMax), through: now) { id, minute, summary in
            replay(id, minute, summary)
        }
        endReplay()
    }
}
