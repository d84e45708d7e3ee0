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
    /// The count of the last bucket appended.
    private var lastCount: Int64 = 0

    init() {}

    /// Takes the buckets of `histogram`, memory kept. Without observations there is one span of length 0, which is how
    /// an empty native histogram is told from one that is classic only.
    mutating func fill(from histogram: ExponentialHistogram) {
        spans.removeAll(keepingCapacity: true)
        deltas.removeAll(keepingCapacity: true)
        lastCount = 0
        histogram.buckets.withUnsafeBufferPointer { buckets in
            var place = buckets.firstIndex { $0 > 0 } ?? buckets.count
            var offset = histogram.firstIndex + place
            while place < buckets.count {
                let end = endOfRun(buckets, from: place)
                spans.append(Span(offset: Int32(offset), length: UInt32(end - place)))
                append(UnsafeBufferPointer(rebasing: buckets[place..<end]))
                place = end
                while place < buckets.count, buckets[place] == 0 { place &+= 1 }
                offset = place - end
            }
        }
        if spans.isEmpty { spans.append(Span(offset: 0, length: 0)) }
    }

    /// Where the run of buckets ends that begins at `start`: before more empty ones than a run may have in between.
    private func endOfRun(_ buckets: UnsafeBufferPointer<UInt64>, from start: Int) -> Int {
        var end = start &+ 1
        var place = end
        while place < buckets.count, place &- end <= Self.gapMergedMax {
            if buckets[place] > 0 { end = place &+ 1 }
            place &+= 1
        }
        return end
    }

    /// Appends the differences of a run's counts, each to the one before it, the first to the last of the run before.
    private mutating func append(_ run: UnsafeBufferPointer<UInt64>) {
        var previous = lastCount
        for count in run {
            let signed = Int64(truncatingIfNeeded: count)
            deltas.append(signed &- previous)
            previous = signed
        }
        lastCount = previous
    }
}
