internal import Telemetry

/// A timing whose quantiles a server states itself, as in a summary, with what it counts beside them.
///
/// Quantiles cannot be added up or subtracted: those of the last reading are the server's for its own last minutes.
/// Count and mean are of the trailing minute.
struct StatedTiming: Sendable {
    private struct Window: Sendable {
        var count = 0.0
        var sum = 0.0
    }

    let descriptor: MetricDescriptor
    let labels: LabelSet
    private var quantiles = StatedQuantiles()
    private var window = Window()
    private var finished: [Window] = []
    private var windowSeconds = 0.0

    init(_ descriptor: MetricDescriptor, _ labels: LabelSet) {
        self.descriptor = descriptor
        self.labels = labels
    }

    /// Takes what one interval gave. What was counted over a longer time than the trailing minute is not of it.
    mutating func add(_ distribution: IntervalDistribution) {
        quantiles = distribution.quantiles
        guard !distribution.isLate else { return }
        window.count += distribution.count
        window.sum += distribution.sum
    }

    /// The last reading had nothing about it.
    mutating func miss() { quantiles = StatedQuantiles() }

    /// Ends the window in progress; keeps at most `windowsMax` finished ones, which are those of the trailing minute.
    mutating func endWindow(windowsMax: Int, windowSeconds: Double) {
        self.windowSeconds = windowSeconds
        if finished.count >= windowsMax { finished.removeFirst(finished.count - windowsMax + 1) }
        finished.append(window)
        window = Window()
    }

    /// The trailing minute; nil before its first window ended.
    var summary: TimingSummary? {
        guard !finished.isEmpty else { return nil }
        let count = finished.map(\.count).reduce(0, +)
        var summary = WindowSummary(
            count: UInt64(min(count, CounterMemory.valueMax).rounded(.up)),
            spanSeconds: Double(finished.count) * windowSeconds)
        if count > 0 {
            summary.mean = finished.map(\.sum).reduce(0, +) / count
            summary.p50 = quantiles.p50
            summary.p95 = quantiles.p95
            summary.p99 = quantiles.p99
        }
        return TimingSummary(timing: descriptor.name, unit: descriptor.unit, labels: labels, summary: summary)
    }
}
