internal import AnomalyDetect
internal import Exporter

/// What alerts there were: incidents made of changes of level, those that last and the latest that ended.
///
/// Owned by the main loop. It has no clock and writes nothing.
struct AlertHistory: Sendable {
    /// Incidents that ended and are shown; the state database keeps more.
    static let endedMax = 1_000

    private var lasting: [String: AlertIncident] = [:]
    private var unstored: Set<String> = []
    /// The latest last.
    private var ended: [AlertIncident] = []

    /// The latest beginning first.
    var incidents: [AlertIncident] {
        (ended + lasting.values).sorted { ($0.beginSeconds, $0.id) > ($1.beginSeconds, $1.id) }
    }

    /// Takes what is known from before this process began. What lasted then and does not go on is over.
    ///
    /// - Parameters:
    ///   - resumed: the ids of the incidents that go on.
    ///   - unixSeconds: when the others were last seen.
    /// - Returns: what has changed by that.
    mutating func restore(
        _ stored: [AlertIncident], resumed: Set<String> = [], at unixSeconds: Double
    ) -> [AlertIncident] {
        var changed: [AlertIncident] = []
        for var incident in stored.sorted(by: { $0.beginSeconds < $1.beginSeconds }) {
            if incident.endSeconds == nil {
                if resumed.contains(incident.id) {
                    lasting[incident.id] = incident
                    continue
                }
                incident.endSeconds = max(unixSeconds, incident.beginSeconds)
                incident.annotations["end"] = "restart"
                changed.append(incident)
            }
            keep(incident)
        }
        return changed
    }

    /// Takes the changes of a window.
    ///
    /// - Parameter alsoUnusual: which signals of other layers are off.
    /// - Returns: the incidents that are to be stored anew.
    mutating func take(_ changes: [AlertChange], alsoUnusual: String? = nil) -> [AlertIncident] {
        changes.map { change in
            var incident = AlertIncident(change, alsoUnusual: alsoUnusual)
            if let before = lasting[incident.id] {
                // What was said at the highest level stays.
                let isWorst = Self.isWorse(change.value, before.peak, change.direction) && change.to > .none
                if before.level >= incident.level { incident.annotations = before.annotations }
                incident.annotations["muted"] = before.annotations["muted"]
                if !isWorst {
                    incident.annotations[SignalEvidence.annotation] = before.annotations[SignalEvidence.annotation]
                }
                incident.level = max(before.level, incident.level)
                incident.peak = Self.worse(before.peak, incident.peak, change.direction)
            }
            unstored.remove(incident.id)
            if incident.endSeconds != nil {
                incident.annotations["end"] =
                    change.learned?.isLevelShift == true ? "newNormal" : change.reason.rawValue
                lasting[incident.id] = nil
                keep(incident)
            } else {
                lasting[incident.id] = incident
            }
            return incident
        }
    }

    /// Takes the values of what fires now; they are stored with the next change, or by ``takeUnstored()``.
    ///
    /// - Parameter alsoUnusual: which signals of other layers are off: kept beside the worst value.
    mutating func observe(_ alerts: AlertSnapshot, alsoUnusual: @autoclosure () -> String? = nil) {
        guard !lasting.isEmpty else { return }
        var off = Once()
        for alert in alerts.alerts where alert.state == .firing {
            let id = AlertIncident.id(of: alert, in: alerts)
            if let until = alert.mutedUntilUnixSeconds { mute(id, until: until) }
            guard alert.value.isFinite, let before = lasting[id]?.peak,
                Self.isWorse(alert.value, before, alerts.rules[alert.rule].direction)
            else { continue }
            lasting[id]?.peak = alert.value
            lasting[id]?.annotations[SignalEvidence.annotation] = off.value(alsoUnusual)
            unstored.insert(id)
        }
    }

    /// Incidents that last and have become worse since they were last stored.
    mutating func takeUnstored() -> [AlertIncident] {
        defer { unstored = [] }
        return unstored.compactMap { lasting[$0] }
    }

    private mutating func mute(_ id: String, until unixSeconds: Double) {
        let text = "until \(UTCTime(unixSeconds: unixSeconds.rounded()).rfc3339)"
        guard let before = lasting[id], before.annotations["muted"] != text else { return }
        lasting[id]?.annotations["muted"] = text
        unstored.insert(id)
    }

    private mutating func keep(_ incident: AlertIncident) {
        ended.append(incident)
        if ended.count > Self.endedMax { ended.removeFirst(ended.count - Self.endedMax) }
    }

    private static func isWorse(_ value: Double?, _ peak: Double?, _ direction: AlertDirection) -> Bool {
        guard let value else { return false }
        return worse(value, peak, direction) != peak
    }

    /// A text that is made when it is first asked for.
    private struct Once {
        private var made: String??

        mutating func value(_ make: () -> String?) -> String? {
            let text = made ?? make()
            made = .some(text)
            return text
        }
    }

    private static func worse(_ one: Double?, _ other: Double?, _ direction: AlertDirection) -> Double? {
        guard let one, let other else { return one ?? other }
        return direction == .above ? max(one, other) : min(one, other)
    }
}
