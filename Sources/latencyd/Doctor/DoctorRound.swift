internal import Collectors
internal import Glibc
internal import Platform
internal import Telemetry

/// One round of the doctor: looks, measures, looks again, and asks who answers.
struct DoctorRound {
    /// Wake-ups a second while it measures: enough for a 99th percentile within a few seconds.
    static let wakeupRate = 1_000
    /// The pause between both looks where nothing is measured.
    static let pauseSeconds = 1.0
    /// How long the GPUs' driver may take for its first answer, in seconds, the time of measuring included.
    static let driverSeconds = 10.0

    var files: any HostFiles
    /// How long to measure wake-ups, in seconds; nil to leave that out.
    var probeSeconds: Double?
    /// Is told how many seconds are left, about once a second; 0 at the end.
    var onProgress: (Int) -> Void
    /// What the configuration says.
    var configuration: DoctorConfiguration

    func run(_ checks: [any HostCheck.Type] = HostChecks.all) throws(StartFailure) -> DoctorReport {
        let gpus = try askGPUs()
        let watch = DoctorWatch(configuration.hardware.settings.watch, files)
        let earlier = DoctorHost(files: files, watch: watch).sample(for: checks)
        let begin = HostClock.monotonicSeconds()
        let (wakeups, handicaps) = try measure()
        let elapsed = HostClock.monotonicSeconds() - begin
        let snapshot = gpus?.firstSnapshot(withinSeconds: max(0, Self.driverSeconds - elapsed)) ?? GPUSnapshot()
        let host = DoctorHost(
            files: files, earlier: earlier, elapsedSeconds: elapsed, wakeups: wakeups, handicaps: handicaps,
            gpus: snapshot, watch: watch, servers: ServerSearch.run(files, ownPort: configuration.webPort),
            serviceURLs: configuration.serviceURLs, takesServersIn: configuration.takesServersIn,
            user: geteuid() == 0 ? .root : .plain)
        // A driver that hangs is left behind after a while; the command ends all the same.
        gpus?.stop(isFinal: false)
        return DoctorReport(
            hostName: Self.hostName(), checks: HostChecks.examine(host, checks) + [configuration.report],
            measuredSeconds: wakeups == nil ? 0 : elapsed, wakeups: wakeups?.latency.exponential)
    }

    /// Begins to ask the GPUs, on threads of their own; nil where the configuration turns that off.
    private func askGPUs() throws(StartFailure) -> GPUMonitor? {
        let settings = configuration.hardware.collector(GPUMonitor.collectorID)
        guard settings.enabled else { return nil }
        let monitor = GPUMonitor(
            library: settings.library, clock: HostClock.monotonicSeconds, unixClock: HostClock.unixSeconds)
        do {
            try monitor.start(intervalSeconds: Self.pauseSeconds)
        } catch {
            throw .other("\(error)")
        }
        return monitor
    }

    private func measure() throws(StartFailure) -> (WakeupReading?, [String]) {
        guard let probeSeconds else {
            Self.sleep(Self.pauseSeconds)
            return (nil, [])
        }
        let handicaps = Locked<[String]>([])
        let probe = WakeupProbe(files: files, onHandicap: { text in handicaps.withLock { $0.append(text) } })
        do {
            try probe.setRate(Self.wakeupRate)
            wait(probeSeconds)
            try probe.setRate(nil)
        } catch {
            throw .other("\(error)")
        }
        return (probe.reading(), handicaps.withLock { $0 })
    }

    private func wait(_ seconds: Double) {
        let end = HostClock.monotonicSeconds() + seconds
        while true {
            let left = end - HostClock.monotonicSeconds()
            guard left > 0 else { return onProgress(0) }
            onProgress(Int(left.rounded(.up)))
            Self.sleep(min(left, 1))
        }
    }

    private static func sleep(_ seconds: Double) { _ = ExactSleep.until(ExactSleep.now() + Int64(seconds * 1e9)) }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "this host" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What the doctor takes from the configuration, and what it has to say about it.
struct DoctorConfiguration {
    var serviceURLs: [String] = []
    var takesServersIn = false
    /// Which library the GPUs are asked through, if any.
    var hardware = HardwareConfiguration()
    /// Where the daemon itself serves.
    var webPort: Int?
    var report: CheckReport

    private static let id = "configuration"
    private static let title = "Configuration"

    /// - Parameter file: the file to read; nil for none.
    init(file: String?, knownCollectors: [String]) {
        guard let file else {
            webPort = Int(Configuration.default.web.listenAddress.port)
            report = CheckReport(
                id: Self.id, title: Self.title, status: .notApplicable, notes: ["no file; everything has its default"])
            return
        }
        do {
            let loaded = try Configuration.load(file: file, knownCollectors: knownCollectors)
            serviceURLs = loaded.serviceURLs
            takesServersIn = loaded.configuration.finding != nil
            hardware = loaded.configuration.hardware
            webPort = Int(loaded.configuration.web.listenAddress.port)
            report = Self.report(file, loaded.configuration.web)
        } catch {
            report = Self.report(error.lines, remedy: "latencyd check config \(file)")
        }
    }

    private static func report(_ file: String, _ web: WebConfiguration) -> CheckReport {
        guard let access = web.accessFile else {
            return CheckReport(id: id, title: title, status: .ok, notes: ["\(file) is valid"])
        }
        let found = WebConfigurationReport(file: access, unixSeconds: HostClock.unixSeconds())
        let remedy = "latencyd check web-config \(access)"
        guard found.problems.isEmpty || !found.isCertain else {
            return report(found.problems.map(\.description), remedy: remedy)
        }
        if found.isExpired {
            let finding = Finding(
                .warning, "the web server's certificate does not hold now",
                evidence: found.warnings.map(\.description),
                why: "clients that check it, Prometheus among them, do not connect", remedy: [remedy])
            return CheckReport(id: id, title: title, status: .findings, findings: [finding])
        }
        let note = found.isCertain ? "\(access) as well" : "\(access) cannot be looked into by this user"
        return CheckReport(id: id, title: title, status: .ok, notes: ["\(file) is valid", note])
    }

    private static func report(_ errors: [String], remedy: String) -> CheckReport {
        let finding = Finding(
            .warning, "the configuration is not valid", evidence: errors,
            why: "latencyd does not start with it, and a reload is refused", remedy: [remedy])
        return CheckReport(id: id, title: title, status: .findings, findings: [finding])
    }
}
