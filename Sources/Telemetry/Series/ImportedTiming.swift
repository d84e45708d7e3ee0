/// A timing that another program counted in classic buckets, and of which this one learns the increase now and then.
///
/// Exposed are the other's own classic buckets, exactly; statistics and the native histogram come from the sketch that
/// its buckets are spread into.
public struct ImportedTiming: Sendable {
    public let descriptor: MetricDescriptor
    public let labels: LabelSet
    /// When it began to be counted here, Unix seconds.
    public let createdSeconds: Double
    /// The other's bounds in base units, ascending, without +Inf.
    public let bounds: [Double]
    private var counts: [UInt64]
    private var total = ExponentialHistogram()
    private var window = ExponentialHistogram()
    private var finished: [SparseHistogram] = []

    /// `bounds` must be ascending and finite.
    public init(_ descriptor: MetricDescriptor, _ labels: LabelSet, bounds: [Double], createdSeconds: Double) {
        self.descriptor = descriptor
        self.labels = labels
        self.bounds = bounds
        self.createdSeconds = createdSeconds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Takes what was counted since the last time: one count for each bound, and one for what lies above them all,
    /// which goes to the last bound. Counts of another number are not taken.
    ///
    /// - Parameter inWindow: whether it happened since the last window ended, about. What did not is exposed and stays
    ///   out of the statistics of the trailing minute.
    public mutating func add(_ increase: [UInt64], sum: Double, inWindow: Bool = true) {
        guard increase.count == counts.count else { return }
        var sketch = ExponentialHistogram()
        var lower = 0.0
        for (count, bound) in zip(increase, bounds) {
            if bound > 0 {
                sketch.record(spreading: count, above: lower, through: bound, isWhole: descriptor.unit == .none)
                lower = bound
            } else {
                sketch.record(0, weight: count)
            }
        }
        if let above = increase.last, above > 0 { sketch.record(lower, weight: above) }
        sketch.correct(sum: sum)
        for index in counts.indices { counts[index] &+= increase[index] }
        if inWindow { window.merge(sketch) } else { total.merge(sketch) }
    }

    /// Ends the window in progress; keeps at most `windowsMax` finished ones, which are those of the trailing minute.
    public mutating func endWindow(windowsMax: Int) {
        if finished.count >= windowsMax { finished.removeFirst(finished.count - windowsMax + 1) }
        finished.append(SparseHistogram(window))
        guard !window.isEmpty else { return }
        total.merge(window)
        window.reset()
    }

    /// The finished windows, for a summary.
    public func windows(windowSeconds: Double) -> SeriesStore.TimingWindows {
        SeriesStore.TimingWindows(
            descriptor: descriptor, labels: labels, finished: finished, windowSeconds: windowSeconds)
    }

    /// Everything since it was made.
    public var sample: Sample {
        var all = total
        all.merge(window)
        return Sample(
            labels, .histogram(HistogramSnapshot(exponential: all, classicBounds: bounds, classicCounts: counts)),
            createdSeconds: createdSeconds)
    }
}
