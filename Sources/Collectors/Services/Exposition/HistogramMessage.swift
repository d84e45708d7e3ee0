/// `io.prometheus.client.Histogram` as it was sent: classic buckets, native ones, or both.
///
/// Field numbers: `io/prometheus/client/metrics.proto` of https://github.com/prometheus/client_model.
struct HistogramMessage {
    /// A classic bucket.
    struct Bucket {
        var bound = 0.0
        var cumulativeCount = 0.0
    }

    /// The native buckets of one sign.
    struct NativeSide {
        /// For each run of buckets how far it is from the one before, and how many there are.
        var spans: [(offset: Int64, length: UInt64)] = []
        /// Differences of the counts, of whole numbers.
        var deltas: [Int64] = []
        /// The counts of a histogram of floats.
        var counts: [Double] = []
    }

    private(set) var sum = 0.0
    private(set) var buckets: [Bucket] = []
    private(set) var schema: Int64?
    private(set) var zeroThreshold = 0.0
    private(set) var positive = NativeSide()
    private(set) var negative = NativeSide()
    private var wholeCount: UInt64 = 0
    private var floatCount = 0.0
    private var wholeZeroCount: UInt64 = 0
    private var floatZeroCount = 0.0

    var count: Double { floatCount > 0 ? floatCount : Double(wholeCount) }
    var zeroCount: Double { floatZeroCount > 0 ? floatZeroCount : Double(wholeZeroCount) }

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireFault) {
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: wholeCount = try field.unsigned()
            case 2: sum = try field.double()
            case 3: buckets.append(try Self.bucket(bytes, try field.bytes()))
            case 4: floatCount = try field.double()
            case 5: schema = try field.zigzag()
            case 6: zeroThreshold = try field.double()
            case 7: wholeZeroCount = try field.unsigned()
            case 8: floatZeroCount = try field.double()
            case 9: negative.spans.append(try Self.span(bytes, try field.bytes()))
            case 10: try Self.append(bytes, field, to: &negative.deltas)
            case 11: try Self.append(bytes, field, to: &negative.counts)
            case 12: positive.spans.append(try Self.span(bytes, try field.bytes()))
            case 13: try Self.append(bytes, field, to: &positive.deltas)
            case 14: try Self.append(bytes, field, to: &positive.counts)
            default: continue
            }
        }
    }

    private static func bucket(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireFault) -> Bucket {
        var bucket = Bucket()
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            case 1: bucket.cumulativeCount = Double(try field.unsigned())
            case 2: bucket.bound = try field.double()
            case 4: bucket.cumulativeCount = try field.double()
            default: continue
            }
        }
        return bucket
    }

    private static func span(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(WireFault) -> (offset: Int64, length: UInt64) {
        var span: (offset: Int64, length: UInt64) = (0, 0)
        var cursor = WireCursor(range)
        while let field = try cursor.next(bytes) {
            switch field.number {
            // Both have 32 bits.
            case 1: span.offset = Int64(Int32(truncatingIfNeeded: try field.zigzag()))
            case 2: span.length = UInt64(UInt32(truncatingIfNeeded: try field.unsigned()))
            default: continue
            }
        }
        return span
    }

    /// A repeated number comes packed into one field, or in a field each.
    private static func append(
        _ bytes: Span<UInt8>, _ field: WireField, to values: inout [Int64]
    ) throws(WireFault) {
        guard case .bytes(let range) = field.content else { return values.append(try field.zigzag()) }
        var cursor = WireCursor(range)
        while !cursor.isAtEnd { values.append(WireCursor.zigzag(try cursor.varint(bytes))) }
    }

    private static func append(
        _ bytes: Span<UInt8>, _ field: WireField, to values: inout [Double]
    ) throws(WireFault) {
        guard case .bytes(let range) = field.content else { return values.append(try field.double()) }
        var cursor = WireCursor(range)
        while !cursor.isAtEnd { values.append(try cursor.double(bytes)) }
    }
}
