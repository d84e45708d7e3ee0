import Collectors
import Telemetry
import Testing

@Suite("Protobuf pages")
struct ProtobufPageTests {
    private typealias Writer = WireWriter

    @Test("Counters, gauges and untyped metrics are the samples that they are in text")
    func numbers() throws {
        let page = try ParsedPage.parse(
            Writer.family("a_total", type: 0, [Writer.metric(3, ["z": "1", "b": "ü"]) { $0.double(1, 5) }])
                + Writer.family(
                    "b", type: 1, [Writer.metric(2) { $0.double(1, -.infinity) }, Writer.metric(2, ["x": ""]) { _ in }])
                + Writer.family("c", type: 3, [Writer.metric(5) { $0.double(1, .nan) }]), .protobuf)
        var expected = ScrapedPage()
        expected.samples = [
            "a_total": [ScrapedSample("a_total", ["b": "ü", "z": "1"], 5)],
            "b": [ScrapedSample("b", [:], -.infinity), ScrapedSample("b", ["x": ""], 0)],
            "c": [ScrapedSample("c", [:], .nan)],
        ]
        expected.kinds = ["a_total": .counter, "b": .gauge, "c": .unknown]
        expected.sampleCount = 4
        #expect(PageImage(page) == PageImage(expected))
    }

    @Test("A summary has quantiles, sum and count")
    func summary() throws {
        let metric = Writer.metric(4, ["m": "x"]) { summary in
            summary.varint(1, 7)
            summary.double(2, 1.5)
            for (quantile, value) in [(0.5, 0.1), (0.99, 0.2), (1.0, 0.3)] {
                summary.message(3) { entry in
                    entry.double(1, quantile)
                    entry.double(2, value)
                }
            }
        }
        let page = try ParsedPage.parse(Writer.family("s", type: 2, [metric]), .protobuf)
        #expect(
            page["s"] == [
                ScrapedSample("s", ["m": "x", "quantile": "0.5"], 0.1),
                ScrapedSample("s", ["m": "x", "quantile": "0.99"], 0.2),
                ScrapedSample("s", ["m": "x", "quantile": "1"], 0.3),
            ])
        #expect(page["s_sum"] == [ScrapedSample("s_sum", ["m": "x"], 1.5)])
        #expect(page["s_count"] == [ScrapedSample("s_count", ["m": "x"], 7)])
        #expect(page.sampleCount == 5 && page.kinds == ["s": .summary])
    }

    @Test("A histogram has cumulative buckets, the last of which counts all")
    func histogram() throws {
        let metric = Writer.metric(7, ["m": "x"]) { histogram in
            histogram.varint(1, 9)
            histogram.double(2, 4.5)
            for (bound, count) in [(0.005, 2), (1.0, 5), (1e6, 8)] {
                histogram.message(3) { bucket in
                    bucket.varint(1, UInt64(count))
                    bucket.double(2, bound)
                    bucket.message(3) { $0.double(2, bound) }
                }
            }
            // Native buckets of the same observations.
            histogram.zigzag(5, 3)
            histogram.message(12) { $0.varint(2, 1) }
            histogram.packed(13, zigzag: [9])
        }
        let page = try ParsedPage.parse(Writer.family("h", type: 4, [metric]), .protobuf)
        #expect(page["h_bucket"].map { $0.labels["le"] } == ["0.005", "1", "1000000", "+Inf"])
        #expect(page["h_bucket"].map(\.value) == [2, 5, 8, 9])
        #expect(page["h_bucket"].allSatisfy { $0.labels["m"] == "x" })
        #expect(page["h_sum"] == [ScrapedSample("h_sum", ["m": "x"], 4.5)])
        #expect(page["h_count"] == [ScrapedSample("h_count", ["m": "x"], 9)])
    }

    /// Bounds and cumulative counts of the one histogram that `body` writes.
    private func buckets(_ body: (inout WireWriter) -> Void) throws -> [String] {
        let page = try ParsedPage.parse(Writer.family("h", type: 4, [Writer.metric(7, [:], body)]), .protobuf)
        return page["h_bucket"].map { "\($0.labels["le"] ?? "none"): \($0.value)" }
    }

    @Test("A histogram with native buckets only has a bound at both ends of every bucket in use")
    func native() throws {
        let buckets = try buckets { histogram in
            histogram.varint(1, 23)
            histogram.zigzag(5, 0)
            histogram.double(6, 0.001)
            histogram.varint(7, 2)
            // (0.5, 1] and (1, 2] in use, then a gap of two, then (8, 16].
            histogram.message(12) { span in
                span.zigzag(1, 0)
                span.varint(2, 2)
            }
            histogram.message(12) { span in
                span.zigzag(1, 2)
                span.varint(2, 1)
            }
            histogram.packed(13, zigzag: [3, 4, 3])
            // [-4, -2) unused, [-8, -4) in use.
            histogram.message(9) { span in
                span.zigzag(1, 2)
                span.varint(2, 2)
            }
            histogram.zigzag(10, 0)
            histogram.zigzag(10, 1)
        }
        #expect(
            buckets == [
                "-8: 0.0", "-4: 1.0", "-0.001: 1.0", "0.001: 3.0", "0.5: 3.0", "1: 6.0", "2: 13.0", "8: 13.0",
                "16: 23.0", "+Inf: 23.0",
            ])
    }

    @Test("Histograms of floats, finer and coarser buckets, and buckets beyond every number are taken")
    func nativeForms() throws {
        let floats = try buckets { histogram in
            histogram.double(4, 2.5)
            histogram.zigzag(5, 1)
            histogram.message(12) { span in
                span.zigzag(1, 2)
                span.varint(2, 1)
            }
            histogram.packed(14, doubles: [2.5])
        }
        #expect(floats == ["1.4142135623730951: 0.0", "2: 2.5", "+Inf: 2.5"])
        let fine = try buckets { histogram in
            histogram.varint(1, 1)
            histogram.zigzag(5, 8)
            histogram.message(12) { span in
                span.zigzag(1, 256)
                span.varint(2, 1)
            }
            histogram.packed(13, zigzag: [1])
        }
        #expect(fine.count == 3 && fine[1] == "2: 1.0")
        let huge = try buckets { histogram in
            histogram.varint(1, 1)
            histogram.zigzag(5, -4)
            histogram.message(12) { span in
                span.zigzag(1, Int64(Int32.max))
                span.varint(2, 1)
            }
            histogram.packed(13, zigzag: [1])
        }
        #expect(huge == ["+Inf: 1.0"])
        #expect(try buckets { $0.varint(1, 0) } == ["+Inf: 0.0"])
    }

    @Test("A native histogram that contradicts itself is skipped and counted")
    func contradictions() throws {
        let bodies: [(inout WireWriter) -> Void] = [
            { $0.zigzag(5, 9) },
            { $0.zigzag(5, -5) },
            { histogram in  // More buckets than counts.
                histogram.zigzag(5, 0)
                histogram.message(12) { $0.varint(2, 4_000_000_000) }
                histogram.packed(13, zigzag: [1, 1])
            },
            { histogram in  // More counts than buckets.
                histogram.zigzag(5, 0)
                histogram.message(12) { $0.varint(2, 1) }
                histogram.packed(13, zigzag: [1, 1])
            },
            { histogram in  // A count below zero.
                histogram.zigzag(5, 0)
                histogram.message(12) { $0.varint(2, 2) }
                histogram.packed(13, zigzag: [1, -2])
            },
            { histogram in  // Counts beyond 64 bits.
                histogram.zigzag(5, 0)
                histogram.message(12) { $0.varint(2, 2) }
                histogram.packed(13, zigzag: [.max, .max])
            },
            { histogram in  // A span that goes back.
                histogram.zigzag(5, 0)
                histogram.message(12) { $0.varint(2, 1) }
                histogram.message(12) { span in
                    span.zigzag(1, -1)
                    span.varint(2, 1)
                }
                histogram.packed(13, zigzag: [1, 1])
            },
            { histogram in
                histogram.zigzag(5, 0)
                histogram.double(6, .nan)
            },
        ]
        for (number, body) in bodies.enumerated() {
            let page = try ParsedPage.parse(Writer.family("h", type: 4, [Writer.metric(7, [:], body)]), .protobuf)
            #expect(page.malformedCount == 1 && page.sampleCount == 0, "\(number)")
        }
    }

    @Test("Only what is wanted is kept, and all is counted")
    func wanted() throws {
        let histogram = Writer.metric(7) { $0.varint(1, 3) }
        let bytes =
            Writer.family("h", type: 4, [histogram])
            + Writer.family("other", type: 4, [histogram, Writer.metric(7, ["m": "x"]) { $0.varint(1, 3) }])
            + Writer.family("g", type: 1, [Writer.metric(2) { $0.double(1, 4) }])
        let page = try ParsedPage.parse(bytes, .protobuf, wanted: WantedNames(["h_bucket", "h_count", "g"]))
        #expect(page.samples.keys.sorted() == ["g", "h_bucket", "h_count"])
        #expect(page.kinds == ["h": .histogram, "g": .gauge] && page.sampleCount == 10)
    }

    @Test("Labels that make no set, and metrics without a value, are skipped and counted")
    func malformed() throws {
        let page = try ParsedPage.parse(
            Writer.family(
                "a", type: 1,
                [
                    Writer.metric(2, ["x": "1", "x": "2"]) { $0.double(1, 1) },
                    Writer.message { $0.message(1) { $0.string(1, "x") } },
                    Writer.metric(2, ["x": "1"]) { $0.double(1, 2) },
                    Writer.metric(2, ["x": "1"]) { $0.double(1, 3) },
                ]) + Writer.family("h", type: 4, [Writer.metric(7, ["le": "1"]) { $0.varint(1, 1) }]), .protobuf)
        #expect(page.samples == ["a": [ScrapedSample("a", ["x": "1"], 2)]])
        #expect(page.malformedCount == 3 && page.duplicateCount == 1 && page.sampleCount == 2)
    }

    @Test("What is not known is passed over: other fields, other orders, empty messages")
    func unknown() throws {
        let page = try ParsedPage.parse(
            [0]
                + Writer.delimited { family in
                    family.varint(3, 1)
                    family.string(1, "a")
                    family.bytes(99, Array(repeating: 7, count: 300))
                    family.double(98, 1)
                    family.raw([0xD5, 0x06, 1, 2, 3, 4])  // Field 106, 32 bits.
                    family.bytes(
                        4,
                        Writer.metric(2) { gauge in
                            gauge.varint(77, 5)
                            gauge.double(1, 8)
                        })
                    family.string(5, "seconds")
                }, .protobuf)
        #expect(page.samples == ["a": [ScrapedSample("a", [:], 8)]] && page.kinds == ["a": .gauge])
    }

    @Test(
        "Bytes that are no messages are an error, never a trap",
        arguments: [
            (
                [0x02, 0x0A, 0x05],
                PageError.malformedMessage(offset: 1, reason: "a field that is longer than its message")
            ),
            (
                [0x0B] + Array(repeating: 0xFF, count: 11),
                .malformedMessage(offset: 1, reason: "a number of more than 64 bits")
            ),
            (Array(repeating: 0xFF, count: 11), .malformedMessage(offset: 0, reason: "a number of more than 64 bits")),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .malformedMessage(offset: 0, reason: "a message of more than 2 GiB")),
            ([0x02, 0x0B, 0x0C], .malformedMessage(offset: 1, reason: "a group")),
            ([0x02, 0x0E, 0x00], .malformedMessage(offset: 1, reason: "a field of an unknown kind")),
            ([0x02, 0x02, 0x00], .malformedMessage(offset: 1, reason: "a field with an impossible number")),
            ([0x02, 0x08, 0x01], .malformedMessage(offset: 1, reason: "a known field of another type")),
            ([0x02, 0x18, 0x80], .malformedMessage(offset: 2, reason: "a value that ends in the middle")),
            ([0x02, 0x22, 0x00], .malformedMessage(offset: 1, reason: "a metric before the name of its family")),
            (
                [0x05, 0x0A, 0x01, 0x61, 0x22, 0x05],
                .malformedMessage(offset: 4, reason: "a field that is longer than its message")
            ),
            (
                [0x07, 0x0A, 0x01, 0x61, 0x22, 0x02, 0x0A, 0x09],
                .malformedMessage(offset: 8, reason: "a field that is longer than its message")
            ),
            ([0x05, 0x0A, 0x01, 0x61], .truncated), ([0x80], .truncated), ([0x10, 0x12, 0x09], .truncated),
        ] as [([UInt8], PageError)])
    func faults(_ bytes: [UInt8], _ error: PageError) {
        #expect(throws: error) { try ParsedPage.parse(bytes, .protobuf) }
        #expect(throws: error) { try ParsedPage.parse(bytes, .protobuf, ends: Array(1..<bytes.count)) }
    }

    @Test("Text that the server calls protobuf is named")
    func text() {
        for text in ["<!DOCTYPE html>\n<html></html>", "404 page not found\n", "# TYPE a counter\na 1\n"] {
            let excerpt = text.replacing("\n", with: " ")
            #expect(throws: PageError.noExposition(excerpt: excerpt)) { try ParsedPage.parse(text, .protobuf) }
        }
    }

    @Test("A metric over the limit ends the page, however it says that it is; a long family does not")
    func lengths() throws {
        var limits = PageLimits()
        limits.metricBytesMax = 40
        let small = Writer.metric(2, ["m": "x"]) { $0.double(1, 1) }
        #expect(small.count < 40)
        let family = Writer.family("a", type: 1, Array(repeating: small, count: 100))
        #expect(try ParsedPage.parse(family, .protobuf, limits: limits).duplicateCount == 99)
        let large = Writer.metric(2, ["m": String(repeating: "x", count: 50)]) { $0.double(1, 1) }
        #expect(throws: PageError.messageTooLong(bytes: large.count, limit: 40)) {
            try ParsedPage.parse(Writer.family("a", type: 1, [small, large]), .protobuf, limits: limits)
        }
    }
}
