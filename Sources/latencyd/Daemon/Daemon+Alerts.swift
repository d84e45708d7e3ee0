internal import AnomalyDetect
internal import Exporter
internal import Logging
internal import Platform

/// What the state database has of alerts.
struct RestoredAlerts: Sendable {
    var incidents: [AlertIncident] = []
    var firing: StoredFiring?

    init() {}

    init(from database: StateDatabase) throws(DatabaseError) {
        let latest = try database.alerts(last: AlertHistory.endedMax)
        // An incident that lasts is known however many came after it.
        let known = Set(latest.map(\.id))
        let lasting = try database.alerts(since: .infinity).filter { !known.contains($0.id) }
        incidents = (lasting + latest).map { AlertIncident($0) }
        firing = try database.firing()
    }
}

/// When what fires is to be stored: with each change, and once a minute, so that the next process knows what fired last
/// and until when.
struct FiringRecord: Sendable {
    static let everySeconds = 60.0

    /// Something has changed.
    var isDue = false
    private var storedAt = -Double.infinity
    private var isEmpty = false

    /// Whether it is to be stored now.
    mutating func takes(isEmpty nowEmpty: Bool, at monotonicSeconds: Double) -> Bool {
        guard isDue || monotonicSeconds - storedAt >= Self.everySeconds else { return false }
        // Nothing takes the place of nothing.
        if nowEmpty && isEmpty { return false }
        (isDue, storedAt, isEmpty) = (false, monotonicSeconds, nowEmpty)
        return true
    }
}

extension Instant {
    static var now: Instant {
        Instant(monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds())
    }
}

extension Daemon {
    /// After so long, or the time after which an alert ends for want of data if that is longer, what fired before a
    /// restart is another matter.
    static let resumeSecondsMax = 3_600.0

    /// Goes on with what fired when the last process ended, before the first window.
    func resume(_ restored: RestoredAlerts) {
        let now = Instant.now
        let seen = restored.firing?.seenSeconds ?? now.unixSeconds
        let limit = max(Self.resumeSecondsMax, running.alerts.noDataAfter.inSeconds)
        var changes: [AlertChange] = []
        if let firing = restored.firing, now.unixSeconds - seen <= limit {
            changes = watch.resume(firing, at: now)
        }
        let firing = watch.alerts
        let ids = firing.alerts.map { AlertIncident.id(of: $0, in: firing) } + changes.map { AlertIncident($0).id }
        let ended = history.restore(restored.incidents, resumed: Set(ids), at: min(seen, now.unixSeconds))
        for incident in ended { state.record(StoredAlert(incident)) }
        tell(changes, at: now)
        firingRecord.isDue = true
        keepFiring(at: now)
        guard !firing.alerts.isEmpty else { return }
        log.info("alerts that go on from before the start: \(firing.alerts.count)")
        // Should one end in the first window, the Alertmanagers know what has ended.
        notify(unixSeconds: now.unixSeconds)
    }

    /// Stores what fires, where that is due.
    func keepFiring(at now: Instant) {
        let isEmpty = !watch.alerts.alerts.contains { $0.state == .firing }
        guard firingRecord.takes(isEmpty: isEmpty, at: now.monotonicSeconds) else { return }
        for incident in history.takeUnstored() { state.record(StoredAlert(incident)) }
        state.record(StoredFiring(seenSeconds: now.unixSeconds, alerts: isEmpty ? [] : watch.continuations))
    }
}
