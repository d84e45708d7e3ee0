internal import Exporter
internal import Logging
internal import Platform
internal import Telemetry

/// Tells Alertmanagers what fires, on a thread of its own: one that is slow or gone delays nothing else.
final class NotificationThread: Sendable {
    /// How long the stop waits for the thread, seconds.
    static let patienceSeconds = 2.0
    /// The longest sleep, seconds.
    private static let sleepSecondsMax = 60.0

    private struct Orders: Sendable {
        var settings: [AlertmanagerConfiguration]?
        /// What fires now, and when that was found out; nil when that has been taken.
        var firing: (alerts: [OutgoingAlert], unixSeconds: Double)?
        var stops = false
    }

    private let orders = Locked(Orders())
    private let counters = Locked<[NotificationCounters]>([])
    private let wakeup: Wakeup
    private let log: Logging.Logger
    private let end = Answer<Bool>()

    /// Nil when the process has no descriptor left.
    init?(log: Logging.Logger) {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
        self.log = log
    }

    // MARK: For other threads

    func start(_ settings: [AlertmanagerConfiguration]) throws(DaemonThread.StartError) {
        apply(settings)
        try DaemonThread(name: "notify") { [self] in run() }.detach()
    }

    /// Takes new settings; Alertmanagers that are as they were go on.
    func apply(_ settings: [AlertmanagerConfiguration]) {
        orders.withLock { $0.settings = settings }
        wakeup.signal()
    }

    /// Takes what fires now.
    func tell(_ firing: [OutgoingAlert], unixSeconds: Double) {
        orders.withLock { $0.firing = (firing, unixSeconds) }
        wakeup.signal()
    }

    /// Ends the thread. What fires is not told to have ended: it goes on, and the next start tells it again.
    func stop() {
        orders.withLock { $0.stops = true }
        wakeup.signal()
        _ = end.wait(seconds: Self.patienceSeconds)
    }

    var families: [MetricFamily] { NotificationMetrics.families(counters.withLock { $0 }) }

    // MARK: The thread

    private func run() {
        defer { end.give(true) }
        guard let client = HTTPClient() else {
            log.error("no Alertmanager is told anything: the HTTP library cannot be used")
            return
        }
        var links: [AlertmanagerLink] = []
        var firing: (alerts: [OutgoingAlert], unixSeconds: Double)?
        while true {
            wakeup.clear()
            let (stops, settings, news) = orders.withLock { ($0.stops, $0.settings.take(), $0.firing.take()) }
            if stops { return }
            if let news { firing = news }
            if let settings { links = Self.links(settings, links, client) }
            if let firing, news != nil || settings != nil {
                for place in links.indices { links[place].take(firing.alerts, unixSeconds: firing.unixSeconds) }
            }
            let now = HostClock.monotonicSeconds()
            for place in links.indices {
                let note = links[place].send(client, at: now, unixSeconds: HostClock.unixSeconds())
                tell(note, links[place])
            }
            show(links)
            for ended in client.wait(seconds: Self.sleep(links, at: now), or: wakeup) {
                guard let place = links.firstIndex(where: { $0.fetch == ended.id }) else { continue }
                let note = links[place].end(ended.result, at: HostClock.monotonicSeconds())
                tell(note, links[place])
            }
            show(links)
        }
    }

    private static func links(
        _ settings: [AlertmanagerConfiguration], _ before: [AlertmanagerLink], _ client: HTTPClient
    ) -> [AlertmanagerLink] {
        for var link in before where !settings.contains(link.settings) { link.cancel(client) }
        return settings.map { wanted in before.first { $0.settings == wanted } ?? AlertmanagerLink(wanted) }
    }

    private static func sleep(_ links: [AlertmanagerLink], at now: Double) -> Double {
        let next = links.filter { $0.fetch == nil }.map { $0.outbox.seconds(at: now) }.min() ?? .infinity
        return min(max(next, 0.01), sleepSecondsMax)
    }

    private func tell(_ note: String?, _ link: AlertmanagerLink) {
        guard let note else { return }
        log.warning("Alertmanager \(link.settings.url) \(note)", metadata: ["alertmanager": "\(link.settings.url)"])
    }

    private func show(_ links: [AlertmanagerLink]) {
        let all = links.map {
            NotificationCounters(
                alertmanager: $0.settings.url, sent: $0.sentCount, errors: $0.errorCounts,
                dropped: $0.outbox.droppedCount, waiting: $0.outbox.waitingCount)
        }
        counters.withLock { $0 = all }
    }
}
