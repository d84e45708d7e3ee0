internal import Exporter
internal import Telemetry

/// What one Alertmanager is still to be told.
///
/// It holds states and not messages: however long nobody listens, an alert is there once, and the newest state is what is
/// told. It is told what fires again and again, for it forgets what it does not hear of. It has no clock and sends
/// nothing.
struct AlertOutbox: Sendable {
    /// Alerts of one message.
    static let batchMax = 64
    /// Alerts that fire, or have ended and are to be told.
    static let alertsMax = 10_000
    /// Seconds from one telling of what fires to the next.
    static let againSeconds = 60.0
    /// For so many seconds what fires is believed to go on without being told again.
    static let believedSeconds = 4 * againSeconds
    /// Seconds for which an end is told again, should a cluster's member have missed it.
    static let endToldSeconds = 300.0
    /// Seconds until the first new try, and the longest until another.
    static let retrySeconds = 1.0...60.0

    private struct Entry {
        var alert: OutgoingAlert
        /// Unix seconds; nil while it fires.
        var endSeconds: Double?
        /// Monotonic seconds; nil while the Alertmanager does not know of its state.
        var toldAt: Double?
        var isUnderWay = false
    }

    private var entries: [LabelSet: Entry] = [:]
    private var failures = 0
    private var retryAt = -Double.infinity
    /// Alerts for which there was no room.
    private(set) var droppedCount: UInt64 = 0

    /// Alerts whose state the Alertmanager has not been told.
    var waitingCount: Int { entries.values.count { $0.toldAt == nil } }

    /// Takes what fires now: what is missing has ended.
    mutating func take(_ firing: [OutgoingAlert], unixSeconds: Double) {
        let labels = Set(firing.map(\.labels))
        for (key, entry) in entries where entry.endSeconds == nil && !labels.contains(key) {
            entries[key]?.endSeconds = unixSeconds
            entries[key]?.toldAt = nil
            entries[key]?.isUnderWay = false
        }
        for alert in firing {
            let known = entries[alert.labels]
            guard known != nil || makeRoom() else {
                droppedCount += 1
                continue
            }
            var entry = known ?? Entry(alert: alert)
            if entry.endSeconds != nil {
                entry = Entry(alert: alert)
            }
            entry.alert = alert
            entries[alert.labels] = entry
        }
    }

    /// The next message, nil when there is nothing to say now. ``accepted(at:)``, ``refused()`` or ``failed(at:chance:)`` tells its end.
    mutating func next(at now: Double, unixSeconds: Double) -> [(alert: OutgoingAlert, endSeconds: Double)]? {
        guard now >= retryAt else { return nil }
        forget(at: now, unixSeconds: unixSeconds)
        // A new level goes with the end of the old one, the end first.
        let due = entries.filter { Self.isDue($0.value, now) }.map {
            (incident: "\($0.value.alert.incident)", entry: $0)
        }
        .sorted {
            ($0.incident, $0.entry.value.endSeconds ?? .infinity) < (
                $1.incident, $1.entry.value.endSeconds ?? .infinity
            )
        }
        var batch = due.prefix(Self.batchMax)
        if due.count > batch.count, let cut = batch.last?.incident, cut == due[batch.endIndex].incident,
            let start = batch.firstIndex(where: { $0.incident == cut }), start > 0
        {
            batch = batch[..<start]
        }
        guard !batch.isEmpty else { return nil }
        return batch.map { _, found in
            entries[found.key]?.isUnderWay = true
            return (found.value.alert, found.value.endSeconds ?? unixSeconds + Self.believedSeconds)
        }
    }

    /// Seconds until there may be something to say; infinite when nothing fires.
    func seconds(at now: Double) -> Double {
        let due = entries.values.map { entry in entry.toldAt.map { $0 + Self.againSeconds } ?? now }.min() ?? .infinity
        return max(due, retryAt) - now
    }

    mutating func accepted(at now: Double) {
        failures = 0
        _ = end(toldAt: now)
    }

    /// What is said will never be taken: it is not said again until it changes.
    mutating func refused(at now: Double) {
        failures = 0
        droppedCount += UInt64(end(toldAt: now))
    }

    /// - Parameter chance: 0 ..< 1, so that several daemons do not come back at once.
    mutating func failed(at now: Double, chance: Double) {
        _ = end(toldAt: nil)
        let seconds = min(Self.retrySeconds.lowerBound * Double(1 << min(failures, 10)), Self.retrySeconds.upperBound)
        failures += 1
        retryAt = now + seconds * (0.75 + chance / 2)
    }

    /// The message has ended.
    ///
    /// - Parameter toldAt: nil where it was not taken.
    /// - Returns: alerts that it was about and that have not changed since.
    private mutating func end(toldAt: Double?) -> Int {
        let underWay = entries.filter(\.value.isUnderWay).keys
        for key in underWay {
            entries[key]?.isUnderWay = false
            if let toldAt { entries[key]?.toldAt = toldAt }
        }
        return underWay.count
    }

    private static func isDue(_ entry: Entry, _ now: Double) -> Bool {
        entry.toldAt.map { now - $0 >= againSeconds } ?? true
    }

    private mutating func forget(at now: Double, unixSeconds: Double) {
        for (key, entry) in entries {
            guard entry.toldAt != nil, let end = entry.endSeconds else { continue }
            if unixSeconds - end > Self.endToldSeconds { entries[key] = nil }
        }
    }

    /// What has ended makes room for what fires, the oldest first.
    private mutating func makeRoom() -> Bool {
        guard entries.count >= Self.alertsMax else { return true }
        let ended = entries.filter { $0.value.endSeconds != nil }
        guard let oldest = ended.min(by: { $0.value.endSeconds ?? 0 < $1.value.endSeconds ?? 0 }) else { return false }
        if oldest.value.toldAt == nil { droppedCount += 1 }
        entries[oldest.key] = nil
        return true
    }
}
