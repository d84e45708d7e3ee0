public import Platform

/// What `hardware.watch` names, and what of it there is.
public struct DoctorWatch: Sendable {
    public var rules: [WatchRule]
    public var watched: Watched
    /// Whether the executables of some processes may not be read, and their first arguments stand for them.
    public var isExecutableDenied: Bool

    /// The most scans: each looks at ``WatchLimits/newProcessesPerScanMax`` new processes.
    static let scansMax = 16

    public init(rules: [WatchRule] = [], watched: Watched = Watched(), isExecutableDenied: Bool = false) {
        self.rules = rules
        self.watched = watched
        self.isExecutableDenied = isExecutableDenied
    }

    /// Looks once. Who pushes timings only the daemon knows.
    public init(_ settings: WatchSettings, _ files: any HostFiles) {
        self.init(rules: settings.rules)
        guard !rules.isEmpty else { return }
        var roster = WatchRoster(settings)
        let processes = (try? files.list(.top(of: .procfs)))?.count ?? 0
        for scan in 0...min(Self.scansMax, processes / WatchLimits.newProcessesPerScanMax) {
            let now = Duration.seconds(WatchLimits.scanSeconds) * scan
            if !roster.scan(files, pushers: { [] }, at: now).isEmpty { isExecutableDenied = true }
        }
        watched = roster.watched
    }
}
