internal import AnomalyDetect
internal import Collectors
internal import Exporter
internal import Logging
internal import Platform
internal import Synchronization
internal import Telemetry

/// The running daemon: its threads, and the main loop that collects, ends windows, raises alerts and reloads.
///
/// Owned by the main thread; not Sendable.
final class Daemon {
    private let options: RunOptions
    var running: Configuration
    let log: Logging.Logger
    private var alertLog: AlertLog

    private let sockets: PushSockets
    private let ingestor: Locked<PushIngestor>
    private let push: PushServer
    private let pushThread: DaemonThread
    private let web: HTTPServer
    private let door: WebDoor
    private let board = DaemonBoard()
    private let desk: ReloadDesk

    private let wakeups: WakeupProbe
    private let hardware: HardwareThread
    private let services: ServiceThread
    private let notifications: NotificationThread
    private let gpus: GPUMonitor
    let state: StateWriter
    /// The collector that was last told to be stuck.
    private var toldStuck: HardwareThread.Work?
    var watch: TimingWatch
    var history = AlertHistory()
    /// What fires, as it is to be stored.
    var firingRecord = FiringRecord()
    var voice: AlertVoice
    private var windowClock: WindowClock
    private var watchdog: Watchdog?
    private let relief: MemoryRelief
    private var dropNotice: DropNotice
    private var socketNotice = SocketNotice()
    private var turns: UInt64 = 0

    /// Starts everything: after this the sockets are read and the pages served.
    init(
        options: RunOptions, loaded: LoadedConfiguration, paths: RuntimePaths, handedOver: ListenDescriptors,
        log: Logging.Logger
    ) throws(StartFailure) {
        let configuration = loaded.configuration
        self.options = options
        self.log = log
        running = configuration
        alertLog = AlertLog(log: log, isEnabled: configuration.notify.journal)
        let now = HostClock.monotonicSeconds()
        windowClock = WindowClock(
            windowSeconds: configuration.detection.window.inSeconds, monotonicSeconds: now,
            unixSeconds: HostClock.unixSeconds())
        dropNotice = DropNotice(at: now)
        watchdog = Notify.watchdogInterval.map { Watchdog(timeoutSeconds: $0.inSeconds, monotonicSeconds: now) }
        relief = MemoryRelief(
            MemoryPressure.watch(
                environment: ProcessEnvironment.all,
                files: SystemHostFiles(sysfs: options.host.pathSysfs, procfs: options.host.pathProcfs)))
        wakeups = WakeupProbe(
            files: SystemHostFiles(sysfs: options.host.pathSysfs, procfs: options.host.pathProcfs),
            onHandicap: { log.warning("the wake-up latency includes what delays this process alone: \($0)") })
        ingestor = Locked(Self.ingestor(configuration))
        guard let desk = ReloadDesk(), let hardware = HardwareThread(log: log),
            let services = ServiceThread(files: SystemHostFiles(procfs: options.host.pathProcfs), log: log),
            let notifications = NotificationThread(log: log)
        else { throw .descriptors }
        self.desk = desk
        self.hardware = hardware
        self.services = services
        self.notifications = notifications
        gpus = Self.gpuMonitor(configuration.hardware, log: log)
        guard let state = StateWriter(folder: paths.state, settings: configuration.storage.state, log: log) else {
            throw .descriptors
        }
        self.state = state
        let restored = try Self.restored(configuration.detection, state)
        watch = TimingWatch(configuration.alerts, learning: restored.timings, signals: restored.signals)
        let start = Instant(monotonicSeconds: now, unixSeconds: HostClock.unixSeconds())
        for series in restored.seen { watch.remember(series, at: start) }
        voice = AlertVoice(
            configuration.alerts, zone: LearningSettings(configuration.detection).zone, snapshot: watch.alerts)

        sockets = try StartFailure.catching { () throws(UnixSocketError) in
            try PushSockets(configuration.push, paths: paths, handedOver: handedOver)
        }
        for warning in sockets.warnings { log.warning("\(warning)") }
        guard
            let push = PushServer(
                sockets: sockets.sockets, ingestor: ingestor, onProblem: { log.warning("\($0)") })
        else {
            sockets.close()
            throw .descriptors
        }
        self.push = push
        let door = try WebDoor(configuration.web, log: log)
        self.door = door
        let webSlot = Locked<HTTPServer?>(nil)
        let pages = DaemonPages(
            board: board, hardware: hardware, services: services.board, notifications: notifications, state: state,
            ingestor: ingestor, push: push,
            desk: desk, relief: relief,
            windowSeconds: configuration.detection.window.inSeconds,
            configurationFile: options.host.configurationFile(exists: ConfigurationFile.exists) ?? "", web: webSlot,
            door: door)
        do {
            web = try HTTPServer(
                address: configuration.web.listenAddress.description, access: try door.open(),
                handler: WebBridge.handler(WebRouter(source: pages)))
            try state.start()
            pushThread = try DaemonThread(name: "push") { push.run() }
            let ingestor = ingestor
            Self.measure(wakeups, configuration.hardware, log)
            try Self.ask(gpus, configuration.hardware)
            try notifications.start(configuration.notify.alertmanagers)
            try services.start(configuration.serviceSettings(ownPort: web.port))
            try hardware.start(
                host: CollectorHost(
                    files: SystemHostFiles(
                        sysfs: options.host.pathSysfs, procfs: options.host.pathProcfs,
                        filesKept: SystemHostFiles.filesKeptDefault),
                    wakeups: wakeups, gpus: gpus),
                settings: configuration.hardware.settings,
                pushers: { ingestor.withLock { $0.pushers.take() } })
        } catch {
            door.stop()
            sockets.close()
            throw .other("\(error)")
        }
        if let warning = WebExposure.warning(configuration.web.listenAddress, door.access?.configuration) {
            log.warning("\(warning)")
        }
        let server = web
        webSlot.withLock { $0 = server }
        resume(restored.alerts)
    }

    /// With what was learned before this process began, unless the state cannot be read: then it begins anew, and the
    /// log says why.
    private static func restored(
        _ detection: DetectionConfiguration, _ state: StateWriter
    ) throws(StartFailure) -> (
        timings: TimingLearning, signals: SignalLearning, alerts: RestoredAlerts, seen: [StateSeries]
    ) {
        let settings = LearningSettings(detection)
        var learning = TimingLearning(settings, memory: state)
        var signals = SignalLearning(settings, memory: state)
        var alerts = RestoredAlerts()
        var seen: [StateSeries] = []
        do {
            try state.open { database throws(DatabaseError) in
                alerts = try RestoredAlerts(from: database)
                seen = try database.timingsSeen(
                    after: HostClock.unixSeconds() - AbsenceWatch.lastingSecondsMax)
                try signals.restore(from: database)
                try learning.restore(from: database, unixSeconds: HostClock.unixSeconds())
            }
        } catch {
            throw .other("\(error)")
        }
        // As much as the baselines take: what they were read from.
        FreedMemory.giveBack()
        return (learning, signals, alerts, seen)
    }

    private static func ingestor(_ configuration: Configuration) -> PushIngestor {
        let options = configuration.push.options
        let store = SeriesStore(
            limits: options.limits, secondsBounds: ClassicBounds(configuration.push.bucketsInSeconds),
            windowSeconds: configuration.detection.window.inSeconds)
        return PushIngestor(store: store, options: options, seed: .random(in: .min ... .max))
    }

    /// Where the pages are served.
    var webURL: String { "\(door.scheme)://\(web.address)" }

    /// Where datagrams with timings are taken.
    var datagramPaths: String { sockets.paths(.datagram) }

    /// Where connections with timings are taken.
    var streamPaths: String { sockets.paths(.stream) }

    // MARK: The loop

    /// Works until SIGTERM or SIGINT comes, then stops everything.
    func run(signals: SignalDescriptor) throws(StartFailure) {
        guard var poll = EventPoll() else {
            stop()
            throw .descriptors
        }
        poll.add(signals.descriptor)
        poll.add(desk.wakeup.descriptor)
        if let file = relief.pressureDescriptor { _ = poll.addUrgent(file) }
        showPages()
        board.isReady.store(true, ordering: .releasing)
        Notify.ready()
        showStatus()
        while true {
            turns &+= 1
            var isAsked = false
            var event: MemoryRelief.Event?
            poll.wait(milliseconds: Self.milliseconds(until: nextDeadline())) { descriptor, isBroken in
                if descriptor == relief.pressureDescriptor {
                    event = isBroken ? .lost(descriptor) : .short
                } else {
                    isAsked = isAsked || descriptor != signals.descriptor
                }
            }
            switch event {
            case .short: relieve()
            case .lost(let file): poll.remove(file)
            case nil: break
            }
            let orders = Signals.orders(signals.next)
            if orders.stops { break }
            if orders.reloads { _ = reload() }
            if isAsked { desk.serve { reload() } }
            endWindow()
            feedWatchdog()
        }
        stop()
    }

    /// Gives up what can be had again.
    private func relieve() {
        guard relief.isDue(at: HostClock.monotonicSeconds()) else { return }
        ingestor.withLock { $0.forgetLines() }
        state.releaseMemory()
        FreedMemory.giveBack()
        if let notice = relief.notice { log.info("\(notice)") }
    }

    private func endWindow() {
        let now = HostClock.monotonicSeconds()
        guard let (windows, end) = windowClock.advance(to: now) else { return }
        // The grid's time, not the loop's: `for: 30s` is three windows, however late the loop wakes.
        let instant = Instant(monotonicSeconds: end, unixSeconds: HostClock.unixSeconds() - (now - end))
        let signals =
            hardware.families(at: now) + services.board.families()
            + ingestor.withLock {
                PushMetrics.families($0, connectionCount: push.connectionCount)
            } + SelfMetrics.families(web.counters) + WebMetrics.families(door)
            + notifications.families
        let imported = services.board.endWindows(windows, windowSeconds: windowClock.windowSeconds)
        tell(
            watch.endWindow(
                ingestor, imported: imported, stated: services.board.statedTimings(), windows: windows,
                signals: signals, at: instant), at: instant)
        history.observe(voice.alerts, alsoUnusual: SignalEvidence.text(watch.learnedSignals))
        keepFiring(at: instant)
        notify(unixSeconds: instant.unixSeconds)
        warn(at: end)
        showPages()
        showStatus()
    }

    /// Writes the changes of alerts to the log, and what has become of each alert to the state database.
    func tell(_ changes: [AlertChange], at now: Instant) {
        firingRecord.isDue = firingRecord.isDue || !changes.isEmpty
        let told = voice.take(changes, watch.alerts, at: now)
        guard !(changes.isEmpty && told.isEmpty) else { return }
        let alsoUnusual = SignalEvidence.text(watch.learnedSignals)
        alertLog.write(told, alsoUnusual: alsoUnusual)
        for incident in history.take(changes, alsoUnusual: alsoUnusual) { state.record(StoredAlert(incident)) }
    }

    /// Tells the Alertmanagers what fires.
    func notify(unixSeconds: Double) {
        guard !running.notify.alertmanagers.isEmpty else { return }
        notifications.tell(
            OutgoingAlert.firing(voice.told, signals: watch.learnedSignals), unixSeconds: unixSeconds)
    }

    /// Says what is lost of what is pushed, and why.
    private func warn(at now: Double) {
        if let line = dropNotice.line(ingestor.withLock { $0.counters }, at: now) { log.warning("\(line)") }
        let stuck = hardware.stuck(at: now)
        if let stuck, stuck != toldStuck {
            log.warning(
                "collector \(stuck.collector): waits for a device for more than \(Int(HardwareThread.stuckSeconds)) s; no other collector runs meanwhile. Should it last, disable hardware.collectors.\(stuck.collector)"
            )
        }
        toldStuck = stuck
        if let line = socketNotice.line(lost: sockets.lostPaths, at: now) { log.warning("\(line)") }
    }

    private func showPages() {
        let (timings, levels, alerts) = (watch.timings, watch.levels, voice.alerts)
        let (notEvaluated, learned) = (watch.notEvaluatedCount, watch.learned)
        let (incidents, signals) = (history.incidents, watch.learnedSignals)
        board.findings.withLock {
            $0.timings = timings
            $0.levels = levels
            $0.notEvaluatedCount = notEvaluated
            $0.alerts = alerts
            $0.learned = learned
            $0.history = incidents
            $0.signals = signals
        }
    }

    private func feedWatchdog() {
        let beats = [turns, push.beatCount]
        if watchdog?.isSignDue(beats: beats, at: HostClock.monotonicSeconds()) == true { Notify.watchdog() }
    }

    private func nextDeadline() -> Double {
        var deadline = windowClock.nextEndSeconds
        if let watchdog { deadline = min(deadline, watchdog.nextCheckSeconds) }
        return deadline
    }

    /// At least a millisecond, so that rounding down never makes the loop spin.
    private static func milliseconds(until deadline: Double) -> Int32 {
        Int32(min(max((deadline - HostClock.monotonicSeconds()) * 1_000 + 1, 1), 60_000))
    }

    /// What `systemctl status` shows.
    private func showStatus() {
        let series = ingestor.withLock { $0.store.seriesCount }
        let firing = board.findings.withLock { $0.alerts.alerts.count { $0.state == .firing } }
        let collectors = hardware.summary(at: HostClock.monotonicSeconds())
        let parts = [
            "series: \(series), timings active: \(watch.activeCount), alerts firing: \(firing)", collectors,
            services.summary, webURL,
        ]
        Notify.status(parts.compactMap(\.self).joined(separator: "; "))
    }

    // MARK: Reload and stop

    /// All or nothing: a file with an error changes nothing.
    private func reload() -> ReloadOutcome {
        Notify.reloading()
        defer {
            Notify.ready()
            showStatus()
        }
        do {
            let loaded = try options.loadConfiguration(knownCollectors: HardwareCollectors.ids)
            for warning in loaded.warnings { log.warning("\(warning)") }
            try door.access?.reload()
            apply(loaded.configuration)
            log.info("configuration reloaded")
            return .reloaded
        } catch {
            for line in error.lines { log.error("reload refused: \(line)") }
            return .refused(error.lines)
        }
    }

    private func apply(_ new: Configuration) {
        let unchanged = new.keysNeedingRestart(since: running)
        if !unchanged.isEmpty {
            log.warning("takes effect at the next start only: \(unchanged.joined(separator: ", "))")
        }
        if new.push.options.limits != running.push.options.limits || new.push != running.push {
            ingestor.withLock { $0.setOptions(new.push.options) }
        }
        hardware.apply(new.hardware.settings)
        if new.services != running.services || new.finding != nil || running.finding != nil {
            services.apply(new.serviceSettings(ownPort: web.port))
        }
        Self.measure(wakeups, new.hardware, log)
        do {
            try Self.ask(gpus, new.hardware)
        } catch {
            log.warning("GPUs are not asked: \(error)")
        }
        alertLog.isEnabled = new.notify.journal
        let learning = LearningSettings(new.detection)
        voice.apply(new.alerts, zone: learning.zone)
        tell(
            watch.apply(new.alerts, learning: learning),
            at: Instant(monotonicSeconds: HostClock.monotonicSeconds(), unixSeconds: HostClock.unixSeconds()))
        running = new
        notifications.apply(new.notify.alertmanagers)
        notify(unixSeconds: HostClock.unixSeconds())
        showPages()
    }

    /// Starts, changes or stops the measuring of wake-ups. Without it the daemon works all the same.
    private static func measure(_ wakeups: WakeupProbe, _ hardware: HardwareConfiguration, _ log: Logging.Logger) {
        do {
            try wakeups.setRate(hardware.wakeupRate)
        } catch {
            log.warning("the wake-up latency is not measured: \(error)")
        }
    }

    private func stop() {
        Notify.stopping()
        log.info("stopping")
        desk.close()
        try? wakeups.setRate(nil)
        board.isReady.store(false, ordering: .releasing)
        services.stop()
        notifications.stop()
        hardware.stop()
        gpus.stop()
        firingRecord.isDue = true
        keepFiring(at: .now)
        push.stop()
        pushThread.join()
        state.stop()
        door.stop()
        web.stop()
        sockets.close()
    }
}
