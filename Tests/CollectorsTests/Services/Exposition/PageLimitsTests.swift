import Collectors
import Telemetry
import Testing

@Suite("Limits of pages")
struct PageLimitsTests {
    private func limits(_ change: (inout PageLimits) -> Void) -> PageLimits {
        var limits = PageLimits()
        change(&limits)
        return limits
    }

    @Test("A line over the limit is skipped and counted, wherever the pieces end; a comment is not counted")
    func line() throws {
        let limits = limits { $0.lineBytesMax = 20 }
        let text =
            "a{x=\"12345678\"} 1234\nb{x=\"12345678\"} 12345\n# 789 123456789 1234\nc 1\n"
            + String(repeating: "d", count: 50)
        let bytes = Array(text.utf8)
        for ends in [[], Array(1..<bytes.count)] {
            let page = try ParsedPage.parse(bytes, limits: limits, ends: ends)
            #expect(page.samples.keys.sorted() == ["a", "c"] && page.malformedCount == 2)
        }
    }

    @Test("A sample with more labels than the limit is skipped and counted")
    func labels() throws {
        let limits = limits { $0.labelsMax = 2 }
        let page = try ParsedPage.parse("a{x=\"1\",y=\"2\"} 1\na{x=\"1\",y=\"2\",z=\"3\"} 1\n", limits: limits)
        #expect(page["a"].count == 1 && page.malformedCount == 1 && !page.isTruncated)
        let metrics = [["x": "1", "y": "2"], ["x": "1", "y": "2", "z": "3"]].map { labels in
            WireWriter.message { metric in
                for (name, value) in labels {
                    metric.message(1) { label in
                        label.string(1, name)
                        label.string(2, value)
                    }
                }
                metric.message(2) { $0.double(1, 1) }
            }
        }
        let protobuf = try ParsedPage.parse(WireWriter.family("a", type: 1, metrics), .protobuf, limits: limits)
        #expect(protobuf["a"].count == 1 && protobuf.malformedCount == 1)
    }

    @Test("No more wanted samples are kept than the limit; all are counted")
    func samples() throws {
        let limits = limits { $0.samplesMax = 3 }
        let text = (0..<10).map { "a{n=\"\($0)\"} 1\nb 1\n" }.joined()
        let page = try ParsedPage.parse(text, wanted: WantedNames(["a"]), limits: limits)
        #expect(page["a"].count == 3 && page.isTruncated && page.sampleCount == 20)
        let few = try ParsedPage.parse("a 1\nb 1\nc 1\n", limits: limits)
        #expect(few.samples.count == 3 && !few.isTruncated)
    }

    @Test("What is kept takes no more memory than the limit, whatever makes it large")
    func bytes() throws {
        let limits = limits { $0.keptBytesMax = 100_000 }
        let pages = [
            (0..<5_000).map { "a{n=\"\($0)\"} 1\n" }.joined(),
            (0..<5_000).map { "name_\($0) 1\n" }.joined(),
            (0..<5_000).map { "# TYPE name_\($0) counter\n" }.joined() + "a 1\n",
            (0..<50).map { "a{n=\"\($0)" + String(repeating: "x", count: 5_000) + "\"} 1\n" }.joined(),
            (0..<5_000).map { "a{label_\($0)=\"x\"} 1\n" }.joined(),
        ]
        for (number, text) in pages.enumerated() {
            let page = try ParsedPage.parse(text, limits: limits)
            #expect(page.isTruncated && page.malformedCount == 0, "\(number)")
            let samples = page.samples.values.joined()
            let texts = Set(samples.flatMap { $0.labels.labels.flatMap { [$0.name, $0.value] } })
            let bytes = texts.union(page.samples.keys).union(page.kinds.keys).reduce(0) { $0 + $1.utf8.count }
            #expect(bytes + samples.count * MemoryLayout<ScrapedSample>.stride < 100_000, "\(number)")
            #expect(samples.count > 5 || page.kinds.count > 100, "\(number)")
        }
    }

    @Test("Labels that repeat cost their memory once")
    func repeats() throws {
        let limits = limits { $0.keptBytesMax = 600_000 }
        let labels = "{model=\"" + String(repeating: "long", count: 50) + "\"}"
        let page = try ParsedPage.parse((0..<2_000).map { "a_\($0)\(labels) 1\n" }.joined(), limits: limits)
        #expect(page.samples.count == 2_000 && !page.isTruncated)
    }

    @Test("A histogram with more buckets than the limit is skipped and counted")
    func buckets() throws {
        let limits = limits { $0.bucketsMax = 3 }
        let classic = WireWriter.metric(7) { histogram in
            for bound in 0..<4 { histogram.message(3) { $0.double(2, Double(bound)) } }
        }
        let native = WireWriter.metric(7) { histogram in
            histogram.zigzag(5, 0)
            histogram.message(12) { $0.varint(2, 4) }
            histogram.packed(13, zigzag: [1, 0, 0, 0])
        }
        let page = try ParsedPage.parse(
            WireWriter.family("h", type: 4, [classic, native]), .protobuf, limits: limits)
        #expect(page.malformedCount == 2 && page.sampleCount == 0)
    }
}
