public import Platform
public import Telemetry

/// A source of hardware signals: one file, and one line in ``HardwareCollectors``.
///
/// A collector reads through its ``Sampling`` and hands over samples there. It never decides what an unreadable
/// file means: `Sampling` leaves the sample out, counts the error and goes on. `docs/adding-a-collector.md` shows
/// how one is written.
public protocol Collector: Sendable {
    /// The key below `hardware.collectors` and the value of the label `collector`: `[a-z][a-z0-9_]*`.
    static var id: String { get }

    /// How often it runs unless the configuration says otherwise. 5 s where reading interrupts CPUs or asks
    /// firmware, 1 s where it costs the kernel a few memory reads.
    static var defaultInterval: Duration { get }

    /// Every family that it can emit.
    static var descriptors: [MetricDescriptor] { get }

    init()

    /// Takes one sample of everything. What is not on this host gives no sample and no error.
    /// Throws only when the collector as a whole cannot work; that pass then leaves no samples at all.
    mutating func collect(_ sampling: inout Sampling) throws(CollectorError)
}

/// What collectors may read from. A new kind of source (a library, a socket) is a new property here.
public struct CollectorHost: Sendable {
    public var files: any HostFiles
    /// The processes and cgroups that are watched.
    public var watched: Watched
    /// Who measures wake-ups; by default nobody.
    public var wakeups: any WakeupSource
    /// The GPUs as whoever asks their driver last saw them.
    public var gpus: any GPUSource
    /// How often tasks waited for too long, as ``PressureStallWatch`` was told.
    public var stalls: [PressureStallCount]

    public init(
        files: any HostFiles, watched: Watched = Watched(), wakeups: any WakeupSource = NoWakeups(),
        gpus: any GPUSource = NoGPUs(), stalls: [PressureStallCount] = []
    ) {
        self.files = files
        self.watched = watched
        self.wakeups = wakeups
        self.gpus = gpus
        self.stalls = stalls
    }
}
