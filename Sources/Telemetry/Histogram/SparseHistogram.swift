/// A finished window of an `ExponentialHistogram`: only the buckets in use, for keeping.
///
/// Never changed once made, so that copies between threads share memory.
public struct SparseHistogram: Sendable, Equatable {
    /// A bucket in use.
    struct Bucket: Sendable, Equatable {
        var index: Int32
        var count: UInt32
    }

    let schema: Int
    let zeroCount: UInt64
    let moments: ExponentialHistogram.Moments
    let buckets: [Bucket]

    /// The buckets of `histogram` that are in use. One with more than 2^32 - 1 observations, as small sample rates can
    /// make, becomes several with the same index.
    public init(_ histogram: borrowing ExponentialHistogram) {
        schema = histogram.schema
        zeroCount = histogram.zeroCount
        moments = histogram.moments
        let first = histogram.firstIndex
        var used: [Bucket] = []
        used.reserveCapacity(histogram.buckets.count { $0 > 0 })
        for (offset, count) in histogram.buckets.enumerated() where count > 0 {
            var rest = count
            while rest > 0 {
                let part = UInt32(clamping: rest)
                used.append(Bucket(index: Int32(first + offset), count: part))
                rest -= UInt64(part)
            }
        }
        buckets = used
    }

    /// `buckets` rise by their index, of which there may be several with the same.
    init(schema: Int, zeroCount: UInt64, moments: ExponentialHistogram.Moments, buckets: [Bucket]) {
        self.schema = schema
        self.zeroCount = zeroCount
        self.moments = moments
        self.buckets = buckets
    }

    public var count: UInt64 { moments.count }
}

extension ExponentialHistogram {
    /// Adds a finished window's observations.
    public mutating func merge(_ window: SparseHistogram) {
        guard window.count > 0 else { return }
        mergeMoments(window.moments)
        addZeros(window.zeroCount)
        if window.schema < schema { downscale(steps: schema - window.schema) }
        if window.schema == schema, let first = window.buckets.first, let last = window.buckets.last {
            reserve(Int(first.index)...Int(last.index))
        }
        for bucket in window.buckets {
            // The schema may coarsen while buckets are added.
            add(
                UInt64(bucket.count),
                toBucket: BucketIndex.downscaled(Int(bucket.index), steps: window.schema - schema))
        }
    }
}
