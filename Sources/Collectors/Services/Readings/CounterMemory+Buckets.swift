internal import Telemetry

extension CounterMemory {
    /// Buckets that a histogram may have; one with more is taken without.
    static let bucketsMax = 1_024

    /// What each bucket of a histogram counted since it was seen last, from its cumulative counts; nil when that cannot
    /// be said, or the bounds are none.
    mutating func increases(
        _ name: String, _ series: LabelSet, _ cumulative: [(bound: Double, count: Double)]
    ) -> (bounds: [Double], counts: [UInt64])? {
        guard cumulative.count <= Self.bucketsMax else { return nil }
        let sorted = cumulative.sorted { $0.bound < $1.bound }
        var bounds: [Double] = []
        var counts: [UInt64] = []
        var below = 0.0
        var isWhole = true
        for bucket in sorted {
            let labels = series.adding([Label("le", "\(bucket.bound)")])
            // Every bucket is to be remembered, though one of them cannot be told.
            guard let increase = increase(name, labels, to: bucket.count) else {
                isWhole = false
                continue
            }
            // A bucket below the one before it comes from a server that was read while it counted.
            counts.append(UInt64(clamping: max(0, (increase - below).rounded())))
            below = max(below, increase)
            if bucket.bound.isFinite { bounds.append(bucket.bound) }
        }
        guard isWhole, let last = sorted.last?.bound, last == .infinity,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return (bounds, counts)
    }
}

extension UInt64 {
    /// The nearest count; what is beyond is the largest.
    init(clamping value: Double) { self = value < 1.8e19 ? (value > 0 ? UInt64(value) : 0) : .max }
}
