import Telemetry

/// The positive buckets of a native histogram as they travel: runs of neighbouring buckets, and each bucket's count as
/// the difference to the one before it.
struct NativeBuckets: Equatable {
    /// A run of buckets.
    struct Span: Equatable {
        /// For the first span the index of its first bucket, for others the number of buckets left out before it.
        var offset: Int32
        /// Buckets in the run.
        var length: UInt32
    }

    /// Up to this many empty buckets are written as zeros, which takes fewer bytes than a new span.
    static let gapMergedMax = 2

    private(set) var spans: [Span] = []
    private(set) var deltas: [Int64] = []

    init() {}

    /// Takes the buckets of `histogram`, memory kept. Without observations there is one span of length 0, which is how
    /// an empty native histogram is told from one that is classic only.
    mutating func fill(from histogram: ExponentialHistogram) {
        spans.removeAll(keepingCapacity: true)
        deltas.removeAll(keepingCapacity: true)
        var previousCount: Int64 = 0
        var gap = 0
        for (position, count) in histogram.buckets.enumerated() {
            guard count > 0 else {
                gap += 1
                continue
            }
            if spans.isEmpty {
                spans.append(Span(offset: Int32(histogram.firstIndex + position), length: 0))
            } else if gap > Self.gapMergedMax {
                spans.append(Span(offset: Int32(gap), length: 0))
            } else {
                for _ in 0..<gap {
                    append(0, after: &previousCount)
                }
            }
            gap = 0
            append(Int64(truncatingIfNeeded: count), after: &previousCount)
        }
        if spans.isEmpty { spans.append(Span(offset: 0, length: 0)) }
    }

    private mutating func append(_ count: Int64, after previousCount: inout Int64) {
        spans[spans.count - 1].length += 1
        deltas.append(count &- previousCount)
        previousCount = count
    }
}
