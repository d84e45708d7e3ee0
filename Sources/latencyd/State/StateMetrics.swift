internal import Telemetry

/// What the page shows of the state database.
enum StateMetrics {
    struct Readings: Sendable, Equatable {
        var isWorking = true
        var writes: UInt64 = 0
        var failures: UInt64 = 0
        var dropped: [StateDrop: UInt64] = [:]
        var rebuilds: UInt64 = 0
        var sizeBytes: Int64 = 0
        var sizeLimitBytes: Int64 = 0
        var series = 0
    }

    static let working = MetricDescriptor(
        .gauge, "latencyd_state_working", help: "1 while the state is kept in the database, 0 while only in memory.")
    static let writes = MetricDescriptor(
        .counter, "latencyd_state_writes", help: "Transactions written to the state database.")
    static let failures = MetricDescriptor(
        .counter, "latencyd_state_write_failures", help: "Failed attempts to open or write the state database.")
    static let dropped = MetricDescriptor(
        .counter, "latencyd_state_dropped", help: "What was not stored because a limit was reached, by kind.")
    static let rebuilds = MetricDescriptor(
        .counter, "latencyd_state_rebuilds", help: "Damaged state databases that were moved aside and begun anew.")
    static let size = MetricDescriptor(
        .gauge, "latencyd_state_size_bytes", unit: .bytes, help: "Size of the state database with its log.")
    static let sizeLimit = MetricDescriptor(
        .gauge, "latencyd_state_size_limit_bytes", unit: .bytes, help: "What storage.max_size allows.")
    static let series = MetricDescriptor(
        .gauge, "latencyd_state_series", help: "Series that the state database remembers.")

    static let descriptors = [working, writes, failures, dropped, rebuilds, size, sizeLimit, series]

    static func families(_ readings: Readings) -> [MetricFamily] {
        func one(_ descriptor: MetricDescriptor, _ value: Double) -> MetricFamily {
            MetricFamily(descriptor, [Sample([:], value)])
        }
        return [
            one(working, readings.isWorking ? 1 : 0),
            one(writes, Double(readings.writes)),
            one(failures, Double(readings.failures)),
            MetricFamily(
                dropped,
                StateDrop.allCases.map { Sample(["kind": $0.rawValue], Double(readings.dropped[$0] ?? 0)) }),
            one(rebuilds, Double(readings.rebuilds)),
            one(size, Double(readings.sizeBytes)),
            one(sizeLimit, Double(readings.sizeLimitBytes)),
            one(series, Double(readings.series)),
        ]
    }
}
