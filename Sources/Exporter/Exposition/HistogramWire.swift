import Telemetry

/// The `Histogram` message of Prometheus' protobuf format, which has hundreds of small fields: made apart from the page,
/// in memory that is kept from one to the next.
struct HistogramWire: ~Copyable {
    private var scratch = WireScratch()
    private var native = NativeBuckets()

    /// The message that was written last.
    var bytes: UnsafeRawBufferPointer { scratch.bytes }

    mutating func write(_ snapshot: HistogramSnapshot, createdSeconds: Double?) {
        let exponential = snapshot.exponential
        native.fill(from: exponential)
        // Two numbers a bucket or span, with the tag and length of a message; what stands once has some dozen numbers.
        let messages = snapshot.classicBounds.count + native.spans.count
        scratch.begin(
            reserving: (16 + 3 * messages) * WireScratch.numberBytesMax
                + native.deltas.count * WireScratch.varintBytesMax)

        scratch.append(field: 1, varint: exponential.count)
        scratch.append(field: 2, double: exponential.sum)
        writeClassicBuckets(snapshot)
        scratch.append(field: 5, varint: WireScratch.zigzag(Int64(exponential.schema)))
        scratch.append(field: 6, double: BucketIndex.zeroThreshold)
        scratch.append(field: 7, varint: exponential.zeroCount)
        writeNativeBuckets()
        if let createdSeconds { write(WireTimestamp(unixSeconds: createdSeconds), field: 15) }
    }

    private mutating func writeClassicBuckets(_ snapshot: HistogramSnapshot) {
        var cumulative: UInt64 = 0
        // The bucket that ends at +Inf is the sample count, and readers add it.
        for (bound, count) in zip(snapshot.classicBounds, snapshot.classicCounts) {
            cumulative &+= count
            scratch.append(tag: 3, wireType: 2)
            scratch.append(varint: 1 + WireScratch.varintBytes(cumulative) + 9)
            scratch.append(field: 1, varint: cumulative)
            scratch.append(field: 2, double: bound)
        }
    }

    private mutating func writeNativeBuckets() {
        for span in native.spans {
            let (offset, length) = (WireScratch.zigzag(Int64(span.offset)), UInt64(span.length))
            scratch.append(tag: 12, wireType: 2)
            scratch.append(varint: 2 + WireScratch.varintBytes(offset) + WireScratch.varintBytes(length))
            scratch.append(field: 1, varint: offset)
            scratch.append(field: 2, varint: length)
        }
        guard !native.deltas.isEmpty else { return }
        scratch.append(tag: 13, wireType: 2)
        scratch.append(
            varint: native.deltas.reduce(0) { $0 &+ WireScratch.varintBytes(WireScratch.zigzag($1)) })
        for delta in native.deltas { scratch.append(varint: WireScratch.zigzag(delta)) }
    }

    private mutating func write(_ moment: WireTimestamp, field: UInt64) {
        scratch.append(tag: field, wireType: 2)
        scratch.append(
            varint: 2 + WireScratch.varintBytes(moment.seconds) + WireScratch.varintBytes(moment.nanoseconds))
        scratch.append(field: 1, varint: moment.seconds)
        scratch.append(field: 2, varint: moment.nanoseconds)
    }
}
