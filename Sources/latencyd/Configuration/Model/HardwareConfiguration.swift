internal import Collectors

/// `hardware`: what is read from the host.
struct HardwareConfiguration: Sendable, Equatable {
    static let intervalRange: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3_600)

    /// How often collectors read when neither their own setting nor their nature says otherwise. Default 1s; 100ms
    /// to 1h. To be raised on hosts where every wake-up counts.
    var interval: Duration = .seconds(1)
    /// What is set for single collectors, by their id. A collector that is not named has the defaults.
    var collectors: [String: CollectorConfiguration] = [:]
    /// The processes and cgroups that are watched by name. Default none; at most 64 entries.
    var watch: [WatchConfiguration] = []
    /// Whether processes that push timings are watched without being named. Default true. To be turned off where many
    /// short-lived programs push.
    var watchPushers = true

    /// What is set for the collector `id`.
    func collector(_ id: String) -> CollectorConfiguration { collectors[id] ?? CollectorConfiguration() }

    /// How often a second the latency of wake-ups is measured; nil when it is not.
    var wakeupRate: Int? {
        let collector = collector(WakeupProbe.collectorID)
        return collector.enabled ? collector.rate ?? WakeupProbe.rateDefault : nil
    }

    /// How often the collector `id` reads: as set for it; else as set for all, but never more often than its own
    /// default asks, because reading some files interrupts processors or asks the firmware.
    func interval(of id: String, default seldom: Duration) -> Duration {
        collector(id).interval ?? max(interval, seldom)
    }
}

/// `hardware.collectors.ID`: one collector.
struct CollectorConfiguration: Sendable, Equatable {
    /// Whether it reads at all. Default true.
    var enabled = true
    /// How often it reads; nil when it is not set. 100ms to 1h.
    var interval: Duration?
    /// How often it measures, a second; nil when it is not set. Of the collector `wakeup_latency` only.
    var rate: Int?
    /// The library that the collector `nvidia` opens: an absolute path, or a name that the loader looks for. nil when
    /// it is not set: libnvidia-ml.so.1, and a host without it is no news. To be set where the driver's files lie
    /// elsewhere, and where the absence of GPUs is to be seen. At the next start.
    var library: String?
}

/// `hardware.watch[]`: processes or cgroups that are watched.
struct WatchConfiguration: Sendable, Equatable {
    static let entriesMax = 64
    static let nameBytesMax = 64

    /// What the pattern is compared with. Exactly one of the keys is required.
    var subject: WatchKey.Subject
    /// A pattern (`Glob`).
    var pattern: String
    /// The label `process` of what matches; nil: the kernel's name for each process.
    var name: String?
}
