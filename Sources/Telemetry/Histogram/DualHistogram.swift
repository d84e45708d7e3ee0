/// A histogram that counts each value in exponential and in classic buckets, as both are exposed.
public struct DualHistogram: Sendable, Equatable {
    private let bounds: ClassicBounds
    /// Moments and native buckets.
    public private(set) var exponential = ExponentialHistogram()
    private var classicCounts: [UInt64]

    public init(_ bounds: ClassicBounds) {
        self.bounds = bounds
        classicCounts = [UInt64](repeating: 0, count: bounds.bounds.count + 1)
    }

    /// Counts `value`, which must be finite and not negative.
    public mutating func record(_ value: Double) {
        let index = BucketIndex.atSchemaMax(value)
        exponential.record(value, weight: 1, index: index)
        classicCounts[bounds.bucket(of: value, index: index)] &+= 1
    }

    /// What is exposed.
    public var snapshot: HistogramSnapshot {
        HistogramSnapshot(exponential: exponential, classicBounds: bounds.bounds, classicCounts: classicCounts)
    }
}
