/// The state of one timing: everything since it was made, and the windows of the trailing minute.
struct TimingSeries: Sendable {
    // What each value needs stands first and together.
    /// Decides which classic buckets are in use.
    let unit: MetricUnit
    /// The window in progress.
    private var window = WindowHistogram()
    /// What is left of fractional weights: three values at a sample rate of 0.3 count as ten.
    private var weightCarry = 0.0
    /// Of finished windows, per classic bucket, not cumulative.
    private var classicCounts: [UInt64]
    /// All finished windows together.
    private var total = ExponentialHistogram()
    /// The finished windows of the trailing minute, oldest first.
    private(set) var finished: [SparseHistogram] = []

    init(classicBucketCount: Int, unit: MetricUnit) {
        self.unit = unit
        classicCounts = [UInt64](repeating: 0, count: classicBucketCount)
    }

    /// Counts `value`, `1 / sampleRate` times.
    @inline(__always)
    mutating func record(_ value: Double, inverseSampleRate: Double, _ tables: CellTables) {
        let weight = inverseSampleRate == 1 ? 1 : wholeWeight(inverseSampleRate)
        guard weight > 0 else { return }
        window.record(value, weight: weight, tables, classicCounts: &classicCounts)
    }

    /// Counts each of `values` as `record(_:inverseSampleRate:_:)` would.
    @inline(__always)
    mutating func record(_ values: UnsafeBufferPointer<Double>, inverseSampleRate: Double, _ tables: CellTables) {
        if inverseSampleRate == 1 {
            window.record(values, tables, classicCounts: &classicCounts)
        } else {
            for value in values { record(value, inverseSampleRate: inverseSampleRate, tables) }
        }
    }

    private mutating func wholeWeight(_ inverseSampleRate: Double) -> UInt64 {
        let exact = inverseSampleRate + weightCarry
        let whole = exact.rounded(.down)
        weightCarry = exact - whole
        return UInt64(whole)
    }

    /// Ends the window in progress; keeps at most `windowsMax` finished ones.
    mutating func rotate(windowsMax: Int, bounds: ClassicBounds) {
        if finished.count >= windowsMax { finished.removeFirst(finished.count - windowsMax + 1) }
        let ended = window.fold(bounds, into: &classicCounts)
        finished.append(ended)
        window.reset()
        total.merge(ended)
    }

    /// Everything since the series was made.
    func cumulative(_ bounds: ClassicBounds) -> HistogramSnapshot {
        var counts = classicCounts
        var all = total
        window.add(to: &all, bounds, classicCounts: &counts)
        return HistogramSnapshot(exponential: all, classicBounds: bounds.bounds, classicCounts: counts)
    }
}

extension TimingSeries: Poolable {
    static var vacant: TimingSeries { TimingSeries(classicBucketCount: 0, unit: .none) }
}
