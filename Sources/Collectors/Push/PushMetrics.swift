public import Telemetry

/// The push sockets' own metrics.
public enum PushMetrics {
    static let timings = MetricDescriptor(
        .counter, "latencyd_push_timings",
        help: "Values of timings and distributions taken, each counted once whatever its sample rate.")
    static let otherValues = MetricDescriptor(
        .counter, "latencyd_push_other_values", help: "Values of counters, gauges and sets taken.")
    static let malformed = MetricDescriptor(
        .counter, "latencyd_push_malformed",
        help: "Pushed lines, values, datagrams and frames that could not be read, by reason.")
    static let dropped = MetricDescriptor(
        .counter, "latencyd_push_dropped", help: "Well-formed pushed lines that were not taken, by reason.")
    static let renamed = MetricDescriptor(
        .counter, "latencyd_push_renamed",
        help: "Distinct pushed lines whose name or labels were changed to keep the page valid, by reason.")
    static let ignored = MetricDescriptor(
        .counter, "latencyd_push_ignored", help: "Pushed events and service checks, counted and left.")
    static let packets = MetricDescriptor(
        .counter, "latencyd_push_packets", help: "Datagrams and stream frames read.")
    static let bytes = MetricDescriptor(
        .counter, "latencyd_push_received_bytes", unit: .bytes, help: "Bytes read from the push sockets.")
    static let connections = MetricDescriptor(
        .gauge, "latencyd_push_connections", help: "Stream connections that are open.")
    static let refused = MetricDescriptor(
        .counter, "latencyd_push_connections_refused",
        help: "Stream connections refused because of a limit, or closed to make room for another process.")
    static let series = MetricDescriptor(.gauge, "latencyd_series", help: "Pushed series that exist.")
    static let expired = MetricDescriptor(
        .counter, "latencyd_series_expired", help: "Pushed series that were forgotten because no value came.")
    static let evicted = MetricDescriptor(
        .counter, "latencyd_series_evicted",
        help: "Pushed series that were forgotten before their time, to make room for another user's first ones.")
    static let seriesMax = MetricDescriptor(
        .gauge, "latencyd_series_limit", help: "Pushed series that may exist, push.max_series.")

    /// Every family it can emit.
    public static let descriptors = [
        timings, otherValues, malformed, dropped, renamed, ignored, packets, bytes, connections, refused, series,
        expired, evicted, seriesMax,
    ]

    /// The families of `ingestor`. Every reason is there from the start, so that its first increase is seen.
    public static func families(_ ingestor: borrowing PushIngestor, connectionCount: Int) -> [MetricFamily] {
        let counters = ingestor.counters
        return [
            number(timings, counters.timings),
            number(otherValues, counters.otherValues),
            MetricFamily(malformed, reasons { Double(counters[$0 as MalformedReason]) }),
            MetricFamily(dropped, reasons { Double(counters[$0 as DropReason]) }),
            MetricFamily(renamed, reasons { Double(counters[$0 as RenameReason]) }),
            MetricFamily(
                ignored,
                [
                    Sample(["kind": "event"], Double(counters.events)),
                    Sample(["kind": "service_check"], Double(counters.serviceChecks)),
                ]),
            number(packets, counters.packets),
            number(bytes, counters.bytes),
            number(connections, UInt64(connectionCount)),
            number(refused, counters.connectionsRefused),
            number(series, UInt64(ingestor.store.seriesCount)),
            number(expired, ingestor.store.expiredCount),
            number(evicted, ingestor.store.evictedCount),
            number(seriesMax, UInt64(ingestor.store.limits.seriesMax)),
        ]
    }

    private static func number(_ descriptor: MetricDescriptor, _ value: UInt64) -> MetricFamily {
        MetricFamily(descriptor, [Sample([:], Double(value))])
    }

    private static func reasons<Reason: CaseIterable & RawRepresentable>(
        _ count: (Reason) -> Double
    ) -> [Sample] where Reason.RawValue == String {
        Reason.allCases.map { Sample(["reason": $0.rawValue], count($0)) }
    }
}
