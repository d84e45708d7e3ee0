internal import AnomalyDetect
internal import Platform
internal import Telemetry

extension StateDatabase {
    private static let columns =
        "seen_seconds, rule, measure, direction, pattern, timing, unit, labels, level, own_level, since_seconds, value, grouped, statistic, learned_value, expected, lower, upper, score, sigma"
    /// No moment that an alert can have begun or been seen at is later.
    private static let secondsMax = 1e11

    /// Keeps what fires, in the place of all that fired before.
    ///
    /// - Returns: how many there was no room for.
    func replace(_ firing: StoredFiring) throws(DatabaseError) -> Int {
        try database.run("DELETE FROM firing")
        var dropped = max(firing.alerts.count - StateLimits.firingMax, 0)
        for alert in firing.alerts.prefix(StateLimits.firingMax) {
            let labels = LabelText.encode(alert.labels)
            guard labels.utf8.count + alert.pattern.utf8.count <= StateLimits.alertBytesMax else {
                dropped += 1
                continue
            }
            let learned = alert.learned
            try database.run(
                "INSERT INTO firing (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                .real(firing.seenSeconds), .text(alert.rule), .text(MeasureText.encode(alert.measure)),
                .text(alert.direction.rawValue), .text(alert.pattern), .text(alert.timing), .text(alert.unit.suffix),
                .text(labels), .integer(Int64(alert.level.rawValue)), .integer(Int64(alert.ownLevel.rawValue)),
                .real(alert.sinceUnixSeconds), .optional(alert.value), .integer(alert.isGrouped ? 1 : 0),
                learned.map { .text($0.statistic.rawValue) } ?? .null, .optional(learned?.value),
                .optional(learned?.expected), .optional(learned?.lower), .optional(learned?.upper),
                .optional(learned?.score), .optional(learned?.sigma))
        }
        return dropped
    }

    /// What fired when it was last looked at; nil when nothing did. What cannot be read is left out.
    func firing() throws(DatabaseError) -> StoredFiring? {
        var found = StoredFiring(seenSeconds: 0, alerts: [])
        try database.rows(
            "SELECT \(Self.columns) FROM firing LIMIT ?", .integer(Int64(StateLimits.firingMax))
        ) { row throws(DatabaseError) in
            let (seen, since) = (row.real(0), row.real(10))
            guard (0...Self.secondsMax).contains(seen), (0...Self.secondsMax).contains(since),
                let alert = Self.alert(row, since: since)
            else { return }
            found.seenSeconds = max(found.seenSeconds, seen)
            found.alerts.append(alert)
        }
        return found.alerts.isEmpty ? nil : found
    }

    private static func alert(_ row: DatabaseRow, since: Double) -> AlertContinuation? {
        guard let measure = MeasureText.decode(row.text(2)), let direction = AlertDirection(rawValue: row.text(3)),
            let labels = LabelText.decode(row.text(7)), let level = AlertLevel(rawValue: Int(clamping: row.integer(8))),
            let own = AlertLevel(rawValue: Int(clamping: row.integer(9))), level > .none, own <= level
        else { return nil }
        return AlertContinuation(
            rule: row.text(1), measure: measure, direction: direction, pattern: row.text(4), timing: row.text(5),
            unit: MetricUnit(row.text(6)), labels: labels, level: level, ownLevel: own, sinceUnixSeconds: since,
            value: row.optionalReal(11), learned: evidence(row), isGrouped: row.integer(12) != 0)
    }

    private static func evidence(_ row: DatabaseRow) -> LearnedEvidence? {
        guard let statistic = Statistic(rawValue: row.text(13)), let value = row.optionalReal(14),
            let expected = row.optionalReal(15), let lower = row.optionalReal(16), let upper = row.optionalReal(17),
            let score = row.optionalReal(18), let sigma = row.optionalReal(19)
        else { return nil }
        return LearnedEvidence(
            statistic: statistic, value: value, expected: expected, lower: lower, upper: upper, score: score,
            sigma: sigma)
    }
}
