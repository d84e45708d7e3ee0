import Collectors
import Telemetry
import TestSupport
import Testing

@Suite("Captured pages")
struct CapturedPageTests {
    @Test("There are captures in every format")
    func formats() {
        #expect(Set(CapturedPage.all.map(\.format)) == [.text, .openMetrics, .protobuf])
    }

    @Test("A capture has the samples that another program finds in it", arguments: CapturedPage.all)
    func agrees(_ capture: CapturedPage) throws {
        let parsed = try #require(try capture.parsed(), "run Tests/CollectorsTests/Captures/parse.py")
        let page = try ParsedPage.parse(capture.bytes, capture.format)
        #expect(page.malformedCount == 0 && page.duplicateCount == 0 && !page.isTruncated)
        #expect(page.sampleCount == parsed.samples.count)
        var expected: [String: [ScrapedSample]] = [:]
        for sample in parsed.samples {
            let value = try #require(Double(sample.value))
            let labels = LabelSet(sample.labels.map { Label($0.key, $0.value) })
            expected[sample.name, default: []].append(ScrapedSample(sample.name, labels, value))
        }
        #expect(Set(page.samples.keys) == Set(expected.keys))
        for (name, samples) in expected {
            #expect(samples.map(image) == page[name].map(image), "\(name)")
        }
        // prometheus_client calls a family of counters by its name without `_total`.
        for (name, kind) in parsed.kinds where kind != "unknown" {
            let counter = kind == "counter" ? page.kinds[name + "_total"] : nil
            #expect((counter ?? page.kinds[name])?.rawValue == kind, "\(name)")
        }
    }

    private func image(_ sample: ScrapedSample) -> [String] {
        ["\(sample.value.isNaN ? 0 : sample.value.bitPattern)"] + sample.labels.labels.flatMap { [$0.name, $0.value] }
    }

    @Test("A capture is the same page in whatever pieces it comes", arguments: CapturedPage.all)
    func pieces(_ capture: CapturedPage) throws {
        let bytes = capture.bytes
        let whole = PageImage(try ParsedPage.parse(bytes, capture.format))
        // A server that has nothing to say yet.
        guard !bytes.isEmpty else { return }
        let step = 1 + bytes.count / 32_768
        let ends = Array(stride(from: 1, to: bytes.count, by: step))
        #expect(PageImage(try ParsedPage.parse(bytes, capture.format, ends: ends)) == whole)
        var generator = SeededGenerator(seed: 5)
        for round in 0..<60 {
            let count = 1 + generator.next(below: round % 20 + 1)
            let ends = (0..<count).map { _ in generator.next(below: bytes.count + 1) }.sorted()
            #expect(PageImage(try ParsedPage.parse(bytes, capture.format, ends: ends)) == whole, "\(ends)")
        }
    }

    /// Whether one of the whole lines is a sample.
    private static func hasSample(_ text: ArraySlice<UInt8>) -> Bool {
        var isComment = true
        var isAtStart = true
        for byte in text {
            if byte == UInt8(ascii: "\n") {
                if !isComment { return true }
                isAtStart = true
                isComment = true
            } else if isAtStart {
                isComment = byte == UInt8(ascii: "#")
                isAtStart = false
            }
        }
        return false
    }

    @Test("A capture cut off anywhere is read up to there, or is an error", arguments: CapturedPage.all)
    func cutOff(_ capture: CapturedPage) throws {
        let bytes = capture.bytes
        guard !bytes.isEmpty else { return }
        let whole = try ParsedPage.parse(bytes, capture.format)
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<60 {
            let end = generator.next(below: bytes.count)
            let hasSample = Self.hasSample(bytes[..<end])
            do {
                let page = try ParsedPage.parse(Array(bytes[..<end]), capture.format)
                #expect(page.sampleCount <= whole.sampleCount && page.malformedCount <= 1)
            } catch PageError.truncated {
                #expect(capture.format != .text)
            } catch PageError.noExposition {
                #expect(!hasSample, "a sample came before the cut at \(end)")
            }
        }
    }

    @Test("Samples with the same labels share them")
    func sharing() throws {
        let page = try ParsedPage.parse(
            "a{x=\"a long value to share\",y=\"1\"} 1\nb{x=\"a long value to share\",y=\"1\"} 1\n")
        let storages = ["a", "b"].map { name in
            page[name][0].labels.labels.withUnsafeBufferPointer { $0.baseAddress }
        }
        #expect(storages[0] == storages[1])
    }
}
