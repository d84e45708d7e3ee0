import Telemetry

/// How late this host wakes a sleeping thread, as ``WakeupProbe`` measures it.
///
/// The measuring goes on by itself; a pass only takes what there is.
struct WakeupLatencyCollector: Collector {
    static let id = "wakeup_latency"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [latency, missed]

    private static let latency = MetricDescriptor(
        .histogram, "latencyd_wakeup_latency_seconds", unit: .seconds,
        help: "Time from the moment to which a thread slept to the moment when it ran.")
    private static let missed = MetricDescriptor(
        .counter, "latencyd_wakeups_missed",
        help: "Measurements of the wake-up latency left out because the one before came too late.")

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        guard let reading = sampling.host.wakeups.reading() else { return }
        sampling.add(Self.latency, [:], reading.latency.snapshot, createdSeconds: reading.createdSeconds)
        sampling.add(Self.missed, [:], Double(reading.missed))
    }
}
