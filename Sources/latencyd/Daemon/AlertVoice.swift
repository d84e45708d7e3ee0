internal import AnomalyDetect
internal import Platform

/// What is told of the alerts, and what is held back.
struct AlertVoice: Sendable {
    private var telling: AlertTelling
    private var mutes: MuteList
    /// Where all alerts stand; what is held back is marked.
    private(set) var alerts: AlertSnapshot

    /// - Parameter snapshot: the alerts before the first window.
    init(_ alerts: AlertsConfiguration, zone: LocalZone, snapshot: AlertSnapshot) {
        self.alerts = snapshot
        telling = AlertTelling(quietSeconds: alerts.quietStart.inSeconds)
        mutes = MuteList(alerts.mutes, zone: zone)
    }

    mutating func apply(_ alerts: AlertsConfiguration, zone: LocalZone) {
        mutes = MuteList(alerts.mutes, zone: zone)
    }

    /// Takes the changes of an evaluation and where all alerts stand after it, and gives what is to be told.
    mutating func take(_ changes: [AlertChange], _ snapshot: AlertSnapshot, at now: Instant) -> [AlertChange] {
        alerts = snapshot
        let holding = mutes.holding(at: now.unixSeconds)
        return telling.take(changes, &alerts, at: now) { holding.end($0, $1) }
    }

    /// The alerts as those know them who are told.
    var told: AlertSnapshot { telling.told(alerts) }
}
