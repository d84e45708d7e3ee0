internal import Telemetry

/// What came of telling one Alertmanager.
struct NotificationCounters: Sendable {
    /// Its URL.
    var alertmanager: String
    var sent: UInt64
    var errors: [AlertmanagerLink.Failure: UInt64]
    var dropped: UInt64
    var waiting: Int
}

/// The daemon's metrics about whom it tells of alerts.
enum NotificationMetrics {
    static let sent = MetricDescriptor(
        .counter, "latencyd_notifications",
        help: "Alerts that an Alertmanager has taken, again and again while they fire.")
    static let errors = MetricDescriptor(
        .counter, "latencyd_notification_errors", help: "Messages that an Alertmanager did not take, by reason.")
    static let dropped = MetricDescriptor(
        .counter, "latencyd_notifications_dropped",
        help: "Alerts that an Alertmanager was not told for want of room, or refused.")
    static let waiting = MetricDescriptor(
        .gauge, "latencyd_notifications_waiting", help: "Alerts whose state an Alertmanager has not been told yet.")

    static let descriptors = [sent, errors, dropped, waiting]

    static func families(_ all: [NotificationCounters]) -> [MetricFamily] {
        guard !all.isEmpty else { return [] }
        func samples(_ value: (NotificationCounters) -> Double) -> [Sample] {
            all.map { Sample(["alertmanager": $0.alertmanager], value($0)) }
        }
        let failed = all.flatMap { counters in
            AlertmanagerLink.Failure.allCases.map { reason in
                Sample(
                    ["alertmanager": counters.alertmanager, "reason": reason.rawValue],
                    Double(counters.errors[reason] ?? 0))
            }
        }
        return [
            MetricFamily(sent, samples { Double($0.sent) }), MetricFamily(errors, failed),
            MetricFamily(dropped, samples { Double($0.dropped) }),
            MetricFamily(waiting, samples { Double($0.waiting) }),
        ]
    }
}
