internal import Telemetry

/// Joins the answers to the queries of timings: statistics with the same labels are of the same series.
struct PromQLTimings {
    private struct Key: Hashable {
        let timing: Int
        let labels: LabelSet
    }

    private var statistics: [Key: [Statistic: Double]] = [:]

    /// Series so far.
    var count: Int { statistics.count }

    /// Adds a statistic; false for a new series when there is no room for it.
    mutating func add(
        _ statistic: Statistic, _ value: Double, timing: Int, _ labels: LabelSet, hasRoom: Bool
    ) -> Bool {
        let key = Key(timing: timing, labels: labels)
        guard hasRoom || statistics[key] != nil else { return false }
        statistics[key, default: [:]][statistic] = value
        return true
    }

    /// In the order of the settings, then of the labels.
    func summaries(_ timings: [PromQLTiming]) -> [TimingSummary] {
        statistics.sorted { left, right in
            left.key.timing == right.key.timing
                ? left.key.labels.isOrdered(before: right.key.labels) : left.key.timing < right.key.timing
        }.map { key, values in
            TimingSummary(
                timing: timings[key.timing].name, unit: timings[key.timing].unit, labels: key.labels,
                summary: Self.summary(values))
        }
    }

    /// Without a rate nobody knows of how many observations the statistics are. A rate of 0 says that there were none,
    /// whatever the others say of an earlier time.
    private static func summary(_ values: [Statistic: Double]) -> WindowSummary {
        let spanSeconds = 60.0
        let rate = values[.rate]
        guard rate != 0 else { return WindowSummary(count: 0, spanSeconds: spanSeconds, statedRate: 0) }
        return WindowSummary(
            count: rate.map { UInt64(min($0 * spanSeconds, CounterMemory.valueMax).rounded(.up)) },
            spanSeconds: spanSeconds, mean: values[.mean], standardDeviation: values[.stddev], p50: values[.p50],
            p95: values[.p95],
            p99: values[.p99], statedRate: rate)
    }
}
