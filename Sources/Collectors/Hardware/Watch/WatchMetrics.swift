import Telemetry

/// How much is watched.
enum WatchMetrics {
    static let descriptors = [watched, omitted]

    private static let watched = MetricDescriptor(
        .gauge, "latencyd_watched", help: "Processes that are watched by name, processes that push, and cgroups.")
    private static let omitted = MetricDescriptor(
        .gauge, "latencyd_watch_omitted", help: "What would be watched too if a limit were not reached.")

    /// Nothing until it was looked what there is to watch.
    static func families(_ watched: Watched) -> [MetricFamily] {
        guard watched.revision != 0 else { return [] }
        return [
            MetricFamily(Self.watched, samples(watched.count)), MetricFamily(omitted, samples(watched.omitted)),
        ]
    }

    private static func samples(_ count: WatchCount) -> [Sample] {
        [
            Sample(["kind": "process"], Double(count.processes)), Sample(["kind": "pusher"], Double(count.pushers)),
            Sample(["kind": "cgroup"], Double(count.cgroups)),
        ]
    }
}
