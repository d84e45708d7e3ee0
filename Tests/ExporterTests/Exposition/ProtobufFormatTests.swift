import Telemetry
import TestSupport
import Testing

@testable import Exporter

@Suite("protobuf")
struct ProtobufFormatTests {
    @Test("a small family has exactly the bytes that the encoding rules give")
    func bytes() {
        let family = MetricFamily(MetricDescriptor(.counter, "a", help: ""), [Sample(["b": "c"], 1)])
        let expected: [UInt8] = [
            0x20,  // 32 bytes follow
            0x0A, 0x07, 0x61, 0x5F, 0x74, 0x6F, 0x74, 0x61, 0x6C,  // 1: "a_total"
            0x18, 0x00,  // 3: COUNTER
            0x22, 0x13,  // 4: metric
            0x0A, 0x06, 0x0A, 0x01, 0x62, 0x12, 0x01, 0x63,  // 1: label b = c
            0x1A, 0x09, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F,  // 3: counter of 1.0
        ]
        #expect(ProtobufFormat().page([family]) == expected)
    }

    @Test(
        "messages of 127, 128, 16,383 and 16,384 bytes have lengths that read back",
        arguments: [127, 128, 16_383, 16_384])
    func lengths(size: Int) throws {
        var page: [UInt8] = []
        // A string field of n bytes takes n + 2 up to 127 bytes, n + 3 up to 16,383, n + 4 above.
        let text = String(repeating: "x", count: size - (size <= 129 ? 2 : 3))
        page.appendDelimited { $0.append(field: 1, string: text) }
        page.appendDelimited { $0.append(field: 2, varint: .max) }
        let messages = try ProtobufReader.stream(page)
        #expect(messages.map { $0.string(1)?.utf8.count } == [text.utf8.count, nil])
        #expect(messages[1].unsigned(2) == .max)
        #expect(page.count == size + (size < 128 ? 1 : size < 16_384 ? 2 : 3) + 12)
    }

    @Test("native buckets read back count for count, whatever the gaps, the weights and the schema")
    func nativeRoundTrip() throws {
        var generator = SeededGenerator(seed: 11)
        for round in 0..<200 {
            var histogram = ExponentialHistogram(bucketLimit: 160 + round)
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let exponent = Double.random(in: -9...9, using: &generator).rounded()
                let value = exponent < -8 ? 0 : Double("1e\(Int(exponent))")! * .random(in: 1...3, using: &generator)
                histogram.record(value, weight: .random(in: 1...(1 << 33), using: &generator))
            }
            let decoded = try decode(histogram)
            #expect(decoded.schema == Int64(histogram.schema))
            #expect(decoded.zeroCount == histogram.zeroCount)
            #expect(decoded.zeroThreshold == BucketIndex.zeroThreshold)
            var expected: [Int64: Int64] = [:]
            for (offset, count) in histogram.buckets.enumerated() where count > 0 {
                expected[Int64(histogram.firstIndex + offset)] = Int64(count)
            }
            #expect(decoded.native.filter { $0.value != 0 } == expected)
            #expect(decoded.native.values.reduce(0, +) + Int64(decoded.zeroCount) == Int64(decoded.count))
        }
    }

    @Test(
        "gaps of up to two empty buckets are written as zeros, longer ones begin a span",
        arguments: [
            ([3], [(3, 1)]), ([-5, -4], [(-5, 2)]), ([0, 2], [(0, 3)]), ([0, 3], [(0, 4)]),
            ([0, 4], [(0, 1), (3, 1)]),
            ([-40, 40, 41], [(-40, 1), (79, 2)]), ([], [(0, 0)]),
        ] as [([Int], [(Int64, UInt64)])])
    func spans(buckets: [Int], spans: [(Int64, UInt64)]) throws {
        var histogram = ExponentialHistogram()
        for bucket in buckets { histogram.record(BucketIndex.upperBound(bucket, schema: 5)) }
        let decoded = try decode(histogram)
        #expect(decoded.spans.map(\.offset) == spans.map(\.0))
        #expect(decoded.spans.map(\.length) == spans.map(\.1))
    }

    @Test("scratch space of one series does not leak into the next")
    func scratchIsEmptied() throws {
        let family = MetricFamily(
            MetricDescriptor(.histogram, "h", help: ""),
            [
                TrapFamilies.sample(["n": "1"], buckets: [1, 9]), TrapFamilies.sample(["n": "2"], buckets: []),
                TrapFamilies.sample(["n": "3"], buckets: [4]),
            ])
        let metrics = try DecodedFamily.all(ProtobufFormat().page([family]))[0].metrics
        #expect(metrics.map { $0.histogram?.native } == [[1: 1, 9: 1], [:], [4: 1]])
    }

    @Test("a created timestamp keeps its fraction and never reaches a whole second of nanoseconds")
    func created() throws {
        let descriptor = MetricDescriptor(.counter, "c", help: "")
        let moments = [0, 1.5, 1_700_000_001.0.nextDown, 1.0.nextDown]
        let samples = moments.enumerated().map { Sample(["n": "\($0)"], 1, createdSeconds: $1) }
        let metrics = try DecodedFamily.all(ProtobufFormat().page([MetricFamily(descriptor, samples)]))[0].metrics
        #expect(metrics.map { $0.created?.seconds } == [0, 1, 1_700_000_000, 0])
        #expect(metrics.map { $0.created?.nanoseconds } == [0, 500_000_000, 999_999_762, 999_999_999])
    }

    private func decode(_ histogram: ExponentialHistogram) throws -> DecodedHistogram {
        let snapshot = HistogramSnapshot(
            exponential: histogram, classicBounds: [], classicCounts: [histogram.count])
        let family = MetricFamily(
            MetricDescriptor(.histogram, "h", help: ""), [Sample([:], .histogram(snapshot))])
        return try #require(try DecodedFamily.all(ProtobufFormat().page([family]))[0].metrics[0].histogram)
    }
}
