/// How one collector runs: an entry below `hardware.collectors`.
public struct CollectorSettings: Sendable, Equatable {
    public var isEnabled: Bool
    /// nil: the collector's default, or the interval of all if that is longer.
    public var interval: Duration?

    public init(isEnabled: Bool = true, interval: Duration? = nil) {
        self.isEnabled = isEnabled
        self.interval = interval
    }
}

/// How the collectors run: what stands below `hardware`.
public struct HardwareSettings: Sendable, Equatable {
    /// The shortest and the longest interval. A shorter one is taken as the shortest, a longer one as the longest.
    public static let intervals: ClosedRange<Duration> = .milliseconds(100)...(.seconds(3600))

    /// The interval of every collector that neither has its own nor a longer default.
    public var interval: Duration
    /// By ``Collector/id``; a collector that is not named here runs.
    public var collectors: [String: CollectorSettings]

    /// The processes and cgroups that are watched.
    public var watch: WatchSettings

    public init(
        interval: Duration = .seconds(1), collectors: [String: CollectorSettings] = [:],
        watch: WatchSettings = WatchSettings()
    ) {
        self.interval = interval
        self.collectors = collectors
        self.watch = watch
    }

    /// Whether stalls are counted: with the collector that exposes them.
    public var countsPressureStalls: Bool { interval(of: PressureCollector.self) != nil }

    /// nil when the collector is disabled.
    func interval(of collector: any Collector.Type) -> Duration? {
        let own = collectors[collector.id] ?? CollectorSettings()
        guard own.isEnabled else { return nil }
        let wanted = own.interval ?? max(interval, collector.defaultInterval)
        return min(max(wanted, Self.intervals.lowerBound), Self.intervals.upperBound)
    }
}
