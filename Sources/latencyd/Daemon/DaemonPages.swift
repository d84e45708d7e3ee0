internal import Collectors
internal import Exporter
internal import Platform
internal import Synchronization
internal import Telemetry

/// What the web server shows of the daemon.
struct DaemonPages: WebSource {
    /// Series copied per turn of the lock: the push thread waits for so many at the most.
    static let seriesPerTurn = 256

    let board: DaemonBoard
    let hardware: HardwareThread
    let services: ServiceBoard
    let notifications: NotificationThread
    let state: StateWriter
    let ingestor: Locked<PushIngestor>
    let push: PushServer
    let desk: ReloadDesk
    let relief: MemoryRelief
    let windowSeconds: Double
    /// The file that the rules are from, as Prometheus' API names it.
    let configurationFile: String
    /// Set once the server runs.
    let web: Locked<HTTPServer?>
    let door: WebDoor

    var isReady: Bool { board.isReady.load(ordering: .acquiring) }

    var buildInformation: BuildInformation {
        BuildInformation(version: Version.number, revision: "", swiftVersion: Version.swift)
    }

    func reload() -> ReloadOutcome { desk.request() }

    func alertsJSON() -> [UInt8] {
        let (alerts, signals) = board.findings.withLock { ($0.alerts, $0.signals) }
        return PrometheusAlertsJSON.alerts(alerts, signals: signals)
    }

    func alertHistoryJSON() -> [UInt8] { AlertHistoryJSON.page(board.findings.withLock { $0.history }) }

    func rulesJSON() -> [UInt8] {
        PrometheusAlertsJSON.rules(
            board.findings.withLock { $0.alerts }, file: configurationFile, intervalSeconds: windowSeconds)
    }

    func baselinesJSON() -> [UInt8] { LearnedJSON.page(board.findings.withLock { $0.learned }) }

    /// The pushed families by name, then the daemon's own.
    func metricFamilies() -> [MetricFamily] {
        var pushed = PushedFamilies()
        let serial = ingestor.withLock { $0.store.nextSerial }
        var slot = 0
        var slotCount = 1
        while slot < slotCount {
            ingestor.withLock { ingestor in
                slotCount = ingestor.store.slotCount
                ingestor.store.snapshot(slots: slot..<slot + Self.seriesPerTurn, before: serial, into: &pushed)
            }
            slot += Self.seriesPerTurn
        }
        let own = ingestor.withLock { PushMetrics.families($0, connectionCount: push.connectionCount) }
        let findings = board.findings.withLock { $0 }
        let families =
            own + hardware.families(at: HostClock.monotonicSeconds()) + services.families()
            + TimingMetrics.families(findings.timings) + LearnedMetrics.families(findings.learned)
            + SignalMetrics.families(findings.signals) + state.families
            + AlertMetrics.families(findings.levels, notEvaluated: findings.notEvaluatedCount, findings.alerts)
            + SelfMetrics.families(web.withLock { $0?.counters }) + notifications.families + WebMetrics.families(door)
            + relief.families
        return pushed.sorted
            + families.sorted { $0.descriptor.name < $1.descriptor.name }
    }
}
