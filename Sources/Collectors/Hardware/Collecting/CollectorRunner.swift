public import Telemetry

/// Runs collectors when they are due and keeps what they last collected.
///
/// It is told the time and holds no thread: the owner calls ``runDue(at:)`` and sleeps until ``nextDue``.
/// Moments are durations since any fixed origin of a monotonic clock.
public struct CollectorRunner: Sendable {
    private let collectors: [any Collector.Type]
    private var host: CollectorHost
    private let clock: @Sendable () -> Duration
    private var slots: [CollectorSlot] = []

    /// - Parameters:
    ///   - collectors: in the order in which they run and are exposed.
    ///   - now: when the first passes are due.
    ///   - clock: a monotonic clock that passes are timed with.
    public init(
        _ collectors: [any Collector.Type] = HardwareCollectors.all, host: CollectorHost,
        settings: HardwareSettings = HardwareSettings(), at now: Duration, clock: @escaping @Sendable () -> Duration
    ) {
        self.collectors = collectors
        self.host = host
        self.clock = clock
        apply(settings, at: now)
    }

    /// Takes new settings. A collector that is now disabled leaves no samples; one that is now enabled is due at
    /// once; the others keep what they have and are due no later than one new interval from now.
    public mutating func apply(_ settings: HardwareSettings, at now: Duration) {
        slots = collectors.compactMap { type in
            guard let interval = settings.interval(of: type) else { return nil }
            guard var slot = slots.first(where: { $0.id == type.id }) else {
                return CollectorSlot(type, interval: interval, due: now)
            }
            slot.interval = interval
            slot.due = min(slot.due, now + interval)
            return slot
        }
    }

    /// The processes and cgroups that the next passes watch.
    public mutating func watch(_ watched: Watched) { host.watched = watched }

    /// The stalls that the next passes expose.
    public mutating func take(_ stalls: [PressureStallCount]) { host.stalls = stalls }

    /// When the next pass is due; nil when all collectors are disabled.
    public var nextDue: Duration? { slots.map(\.due).min() }

    /// Runs every collector that is due, one after the other. Returns what should be logged.
    ///
    /// - Parameters:
    ///   - willRun: is told the id of each collector just before it runs.
    ///   - didRun: is told what each collector collected as soon as it has run.
    public mutating func runDue(
        at now: Duration, willRun: (String) -> Void = { _ in }, didRun: (CollectorReport) -> Void = { _ in }
    ) -> [CollectorNote] {
        var notes: [CollectorNote] = []
        for index in slots.indices where slots[index].due <= now {
            willRun(slots[index].id)
            notes += slots[index].run(on: host, clock: clock)
            slots[index].schedule(after: now)
            didRun(slots[index].report)
        }
        return notes
    }

    /// Each enabled collector's state, in order.
    public var states: [(collector: String, state: CollectorState)] {
        slots.map { ($0.id, $0.report.state) }
    }

    /// Each enabled collector's last pass, in order.
    public var reports: [CollectorReport] { slots.map(\.report) }

    /// What the last pass of each collector collected, then how the collectors themselves fare.
    public func families() -> [MetricFamily] { Self.families(reports, watched: host.watched) }

    /// What these passes collected, then how the collectors themselves fare, then how much is watched.
    public static func families(_ reports: [CollectorReport], watched: Watched) -> [MetricFamily] {
        let ran = reports.filter { $0.state != .waiting }
        guard !ran.isEmpty else { return [] }
        func family(_ descriptor: MetricDescriptor, _ value: (CollectorReport) -> Double) -> MetricFamily {
            MetricFamily(descriptor, ran.map { Sample($0.labels, value($0)) })
        }
        return ran.flatMap(\.families) + [
            family(success) { $0.state == .failing ? 0 : 1 },
            family(errors) { Double($0.errorCount) },
            family(duration) { $0.durationSeconds },
        ] + WatchMetrics.families(watched)
    }

    /// The families about the collectors themselves.
    public static let descriptors = [success, errors, duration] + WatchMetrics.descriptors

    private static let success = MetricDescriptor(
        .gauge, "latencyd_collector_success",
        help: "1 when the collector's last pass did its work, though single files failed; else 0.")
    private static let errors = MetricDescriptor(
        .counter, "latencyd_collector_errors",
        help: "Files and values that a collector could not use, each of which made a sample absent.")
    private static let duration = MetricDescriptor(
        .gauge, "latencyd_collector_duration_seconds", unit: .seconds, help: "How long the collector's last pass took.")
}
