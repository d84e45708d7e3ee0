import Collectors
import Glibc
import Telemetry
import TestSupport
import Testing

/// Damaged pages of real servers, for `LATENCYD_FUZZ_SECONDS` (2 without it), from the seed `LATENCYD_FUZZ_SEED` (1)
/// on. A failure names its round, which is a seed of its own.
@Suite("Damaged pages")
struct PageFuzzTests {
    private static let formats: [PageFormat] = [.text, .openMetrics, .protobuf]

    @Test("keep every promise of the parser, whatever the damage")
    func fuzz() throws {
        let deadline = Self.now() + (Self.number("LATENCYD_FUZZ_SECONDS") ?? 2)
        let first = UInt64(Self.number("LATENCYD_FUZZ_SEED") ?? 1) << 32
        let pages = CapturedPage.all.map(\.bytes) + [Self.nativeHistogram]
        var round: UInt64 = 0
        var accepted = 0
        while Self.now() < deadline {
            round += 1
            var generator = SeededGenerator(seed: first + round)
            let choice = generator.next(below: pages.count)
            let format = CapturedPage.all.indices.contains(choice) ? CapturedPage.all[choice].format : .protobuf
            let other = generator.next(below: 10) == 0 ? Self.formats[generator.next(below: 3)] : format
            let page = PageMutation.damaged(pages[choice], others: pages, using: &generator)
            if try Self.check(page, other, &generator, "round \(first + round)") { accepted += 1 }
        }
        // Damage that nothing survives would show nothing.
        #expect(accepted * 10 > round, "\(accepted) of \(round)")
        print("fuzz: \(round) damaged pages, of which \(accepted) were read")
    }

    /// Whether the page was read, and not refused.
    private static func check(
        _ bytes: [UInt8], _ format: PageFormat, _ generator: inout SeededGenerator, _ round: Comment
    ) throws -> Bool {
        let outcome = Result { () throws(PageError) in try ParsedPage.parse(bytes, format) }
        let ends = (0..<generator.next(below: 30)).map { _ in generator.next(below: bytes.count + 1) }.sorted()
        let inPieces = Result { () throws(PageError) in try ParsedPage.parse(bytes, format, ends: ends) }
        #expect(PageImage(inPieces) == PageImage(outcome), round)
        guard case .success(let page) = outcome else { return false }
        checkCounts(page, round)
        try checkRendering(page, round)
        try checkWanted(page, bytes, format, round)
        try checkLimits(bytes, format, &generator, round)
        return page.sampleCount > 0
    }

    private static func checkCounts(_ page: ScrapedPage, _ round: Comment) {
        let kept = page.samples.values.reduce(0) { $0 + $1.count }
        #expect(page.isTruncated || kept + page.duplicateCount == page.sampleCount, round)
        #expect(page.samples.values.allSatisfy { !$0.isEmpty }, round)
    }

    /// What was read once is the same when it is written and read again.
    private static func checkRendering(_ page: ScrapedPage, _ round: Comment) throws {
        let again = try ParsedPage.parse(RenderedPage.text(page))
        var expected = page
        expected.kinds = [:]
        expected.sampleCount -= page.duplicateCount
        (expected.malformedCount, expected.duplicateCount, expected.repairedCount) = (0, 0, 0)
        let (actual, wish) = (PageImage(again), PageImage(expected))
        let difference = Set(actual.lines).symmetricDifference(wish.lines).sorted().prefix(6)
        #expect(page.isTruncated || difference.isEmpty, "\(round): \(difference)")
    }

    /// Who wants some names gets the same samples as who wants all.
    private static func checkWanted(
        _ page: ScrapedPage, _ bytes: [UInt8], _ format: PageFormat, _ round: Comment
    ) throws {
        guard !page.isTruncated else { return }
        // Names are wanted by their bytes: not one that had to be repaired, or that looks the same as another.
        let plain = page.samples.keys.filter { $0.utf8.allSatisfy { $0 < 0x80 } }
        let names = Set(plain.sorted().enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
        let some = try ParsedPage.parse(bytes, format, wanted: WantedNames(names))
        var expected = ScrapedPage()
        expected.samples = page.samples.filter { names.contains($0.key) }
        var actual = ScrapedPage()
        actual.samples = some.samples
        #expect(PageImage(actual) == PageImage(expected), round)
    }

    /// What is kept stays within its limits.
    private static func checkLimits(
        _ bytes: [UInt8], _ format: PageFormat, _ generator: inout SeededGenerator, _ round: Comment
    ) throws {
        var limits = PageLimits()
        limits.samplesMax = generator.next(below: 40)
        limits.keptBytesMax = generator.next(below: 20_000)
        limits.labelsMax = generator.next(below: 4)
        guard let page = try? ParsedPage.parse(bytes, format, limits: limits) else { return }
        let samples = page.samples.values.joined()
        #expect(samples.count <= limits.samplesMax, round)
        #expect(samples.allSatisfy { $0.labels.labels.count <= limits.labelsMax }, round)
        let texts = Set(page.samples.keys).union(page.kinds.keys)
            .union(samples.flatMap { $0.labels.labels.flatMap { [$0.name, $0.value] } })
        let bytesKept = texts.reduce(0) { $0 + $1.utf8.count } + samples.count * MemoryLayout<ScrapedSample>.stride
        #expect(bytesKept <= limits.keptBytesMax, round)
    }

    /// What captures do not have: native buckets, of whole numbers and of floats.
    private static let nativeHistogram: [UInt8] = WireWriter.family(
        "latency_seconds", type: 4,
        [
            WireWriter.metric(7, ["model": "a"]) { histogram in
                histogram.varint(1, 10)
                histogram.double(2, 3.5)
                histogram.zigzag(5, 3)
                histogram.double(6, 0.001)
                histogram.varint(7, 1)
                for field in [9, 12] {
                    for offset in [-4, 3] {
                        histogram.message(field) { span in
                            span.zigzag(1, Int64(offset))
                            span.varint(2, 2)
                        }
                    }
                }
                histogram.packed(10, zigzag: [1, 0, 1, -1])
                histogram.packed(13, zigzag: [2, -1, 0, 1])
            },
            WireWriter.metric(7, ["model": "b"]) { histogram in
                histogram.double(4, 2.5)
                histogram.zigzag(5, -2)
                histogram.message(12) { $0.varint(2, 2) }
                histogram.packed(14, doubles: [1.5, 1])
            },
        ])

    private static func number(_ variable: String) -> Double? {
        getenv(variable).flatMap { Double(String(cString: $0)) }
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
