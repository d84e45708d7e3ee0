/// The state of one timing: everything since it was made, and the windows of the trailing minute.
struct TimingSeries: Sendable {
    /// All finished windows together.
    private(set) var total: ExponentialHistogram
    /// The window in progress.
    private(set) var window: ExponentialHistogram
    /// The finished windows of the trailing minute, oldest first.
    private(set) var finished: [SparseHistogram] = []
    /// Since the series was made, per classic bucket, not cumulative.
    private(set) var classicCounts: [UInt64]
    /// Decides which classic buckets are in use.
    let unit: MetricUnit
    /// What is left of fractional weights: three values at a sample rate of 0.3 count as ten.
    private var weightCarry = 0.0

    init(classicBucketCount: Int, unit: MetricUnit) {
        self.unit = unit
        total = ExponentialHistogram()
        window = ExponentialHistogram()
        classicCounts = [UInt64](repeating: 0, count: classicBucketCount)
    }

    /// Counts `value`, `1 / sampleRate` times.
    mutating func record(_ value: Double, inverseSampleRate: Double, bounds: ClassicBounds) {
        var weight: UInt64 = 1
        if inverseSampleRate != 1 {
            let exact = inverseSampleRate + weightCarry
            let whole = exact.rounded(.down)
            weightCarry = exact - whole
            weight = UInt64(whole)
        }
        guard weight > 0 else { return }
        let index = BucketIndex.atSchemaMax(value)
        window.record(value, weight: weight, index: index)
        classicCounts[bounds.bucket(of: value, index: index)] &+= weight
    }

    /// Ends the window in progress; keeps at most `windowsMax` finished ones.
    mutating func rotate(windowsMax: Int) {
        if finished.count >= windowsMax { finished.removeFirst(finished.count - windowsMax + 1) }
        finished.append(SparseHistogram(window))
        guard !window.isEmpty else { return }
        total.merge(window)
        window.reset()
    }

    /// Everything since the series was made.
    func cumulative() -> ExponentialHistogram {
        var all = total
        all.merge(window)
        return all
    }
}
