internal import AnomalyDetect
internal import Platform

extension StateDatabase {
    /// Keeps `alert` in place of what was known of it. False when it is too long.
    @discardableResult
    func record(_ alert: StoredAlert) throws(DatabaseError) -> Bool {
        let labels = LabelText.encode(alert.labels)
        guard alert.id.utf8.count + labels.utf8.count + alert.annotations.utf8.count <= StateLimits.alertBytesMax else {
            return false
        }
        try database.run(
            "INSERT OR REPLACE INTO alerts (id, labels, annotations, level, begin_seconds, end_seconds, peak) VALUES (?, ?, ?, ?, ?, ?, ?)",
            .text(alert.id), .text(labels), .text(alert.annotations), .integer(Int64(alert.level.rawValue)),
            .real(alert.beginSeconds), .optional(alert.endSeconds), .optional(alert.peak))
        return true
    }

    /// The incidents that lasted at `unixSeconds` or began later, in the order of their beginning; those that have not
    /// ended are among them.
    func alerts(since unixSeconds: Double) throws(DatabaseError) -> [StoredAlert] {
        try alerts(
            "WHERE end_seconds IS NULL OR end_seconds >= ? ORDER BY begin_seconds, id", .real(unixSeconds))
    }

    /// The `count` incidents that began last, the latest first.
    func alerts(last count: Int) throws(DatabaseError) -> [StoredAlert] {
        try alerts("ORDER BY begin_seconds DESC, id LIMIT ?", .integer(Int64(count)))
    }

    private func alerts(_ clauses: String, _ value: DatabaseValue) throws(DatabaseError) -> [StoredAlert] {
        var result: [StoredAlert] = []
        try database.rows(
            "SELECT id, labels, annotations, level, begin_seconds, end_seconds, peak FROM alerts \(clauses)", value
        ) { row throws(DatabaseError) in
            guard let labels = LabelText.decode(row.text(1)),
                let level = AlertLevel(rawValue: Int(clamping: row.integer(3)))
            else { return }
            result.append(
                StoredAlert(
                    id: row.text(0), labels: labels, annotations: row.text(2), level: level,
                    beginSeconds: row.real(4), endSeconds: row.optionalReal(5), peak: row.optionalReal(6)))
        }
        return result
    }
}
