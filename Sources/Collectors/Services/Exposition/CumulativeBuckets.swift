import Glibc
import Telemetry

/// The buckets of a histogram as text has them: upper bounds that ascend, the last of which is +Inf, and how many
/// observations lie at or below each.
///
/// A histogram that has native buckets only gets a bound at each end of every native bucket in use. Nothing is lost:
/// the counts are the same, and where no bucket is in use none is made up.
/// Source: https://prometheus.io/docs/specs/native_histograms/
struct CumulativeBuckets {
    struct Bucket: Equatable {
        var bound: Double
        var count: Double
    }

    private(set) var buckets: [Bucket] = []

    /// Nil where the message contradicts itself, or has more than `bucketsMax` buckets.
    init?(_ message: HistogramMessage, bucketsMax: Int) {
        guard message.buckets.count <= bucketsMax else { return nil }
        buckets = message.buckets.map { Bucket(bound: $0.bound, count: $0.cumulativeCount) }
        if buckets.isEmpty, let schema = message.schema {
            guard appendNative(message, schema: schema, bucketsMax: bucketsMax) else { return nil }
        }
        if buckets.last?.bound != .infinity { buckets.append(Bucket(bound: .infinity, count: message.count)) }
    }

    private mutating func appendNative(_ message: HistogramMessage, schema: Int64, bucketsMax: Int) -> Bool {
        guard -4...8 ~= schema, message.zeroThreshold >= 0,
            let negative = NativeBucket.list(message.negative, bucketsMax: bucketsMax),
            let positive = NativeBucket.list(message.positive, bucketsMax: bucketsMax)
        else { return false }
        var total = 0.0
        for bucket in negative.reversed() {
            append(-Self.bound(bucket.index, Int(schema)), total)
            total += bucket.count
            append(-Self.bound(bucket.index - 1, Int(schema)), total)
        }
        // Without negative buckets zero is the least value, and the zero bucket needs no lower bound.
        if !negative.isEmpty { append(-message.zeroThreshold, total) }
        total += message.zeroCount
        if message.zeroCount > 0 || !negative.isEmpty { append(message.zeroThreshold, total) }
        for bucket in positive {
            append(Self.bound(bucket.index - 1, Int(schema)), total)
            total += bucket.count
            append(Self.bound(bucket.index, Int(schema)), total)
        }
        return true
    }

    /// A bound that the one before reaches already adds to its count; the one at infinity is that of all.
    private mutating func append(_ bound: Double, _ count: Double) {
        guard bound < .infinity else { return }
        if let last = buckets.last, last.bound >= bound {
            buckets[buckets.count - 1].count = count
        } else {
            buckets.append(Bucket(bound: bound, count: count))
        }
    }

    private static func bound(_ index: Int, _ schema: Int) -> Double {
        schema <= BucketIndex.schemaMax
            ? BucketIndex.upperBound(index, schema: schema) : exp2(Double(index) / Double(1 << schema))
    }
}

/// A native bucket in use.
private struct NativeBucket {
    var index: Int
    var count: Double

    /// The buckets of one sign by ascending index; nil where spans and counts do not fit together.
    static func list(_ side: HistogramMessage.NativeSide, bucketsMax: Int) -> [NativeBucket]? {
        let counts = side.counts.isEmpty ? wholeCounts(side.deltas) : side.counts
        guard let counts, counts.count <= bucketsMax else { return nil }
        var list: [NativeBucket] = []
        var index = 0
        var next = 0
        for (number, span) in side.spans.enumerated() {
            // The first span begins at its offset, others that far behind the one before.
            guard number == 0 || span.offset >= 0, span.length <= UInt64(counts.count - next) else { return nil }
            index += Int(span.offset)
            for _ in 0..<span.length {
                if counts[next] > 0 { list.append(NativeBucket(index: index, count: counts[next])) }
                index += 1
                next += 1
            }
        }
        return next == counts.count ? list : nil
    }

    private static func wholeCounts(_ deltas: [Int64]) -> [Double]? {
        var counts: [Double] = []
        counts.reserveCapacity(deltas.count)
        var count: Int64 = 0
        for delta in deltas {
            let sum = count.addingReportingOverflow(delta)
            guard !sum.overflow, sum.partialValue >= 0 else { return nil }
            count = sum.partialValue
            counts.append(Double(count))
        }
        return counts
    }
}
