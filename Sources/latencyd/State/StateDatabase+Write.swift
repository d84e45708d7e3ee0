internal import Platform

extension StateDatabase {
    /// Writes `batch`, all of it or nothing.
    ///
    /// - Returns: how many things were left out at a limit.
    func write(_ batch: StateBatch) throws(StateError) -> [StateDrop: Int] {
        try transaction { () throws(DatabaseError) in
            var dropped: [StateDrop: Int] = [:]
            for minute in batch.minutes {
                dropped[.summary, default: 0] += try record(minute: minute.minute, summaries: minute.summaries)
            }
            for (key, baseline) in batch.baselines {
                let id = try id(of: key.series, at: baseline.asOfMinute)
                let isStored = if let id { try store(baseline, of: id) } else { false }
                // Series without summaries live by this.
                if let id { try sawSeries(id, at: baseline.asOfMinute) }
                if !isStored { dropped[.baseline, default: 0] += 1 }
            }
            for alert in batch.alerts.values where try !record(alert) { dropped[.alert, default: 0] += 1 }
            if let firing = batch.firing { dropped[.alert, default: 0] += try replace(firing) }
            return dropped
        }
    }
}
