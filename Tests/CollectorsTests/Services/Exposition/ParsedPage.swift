import Collectors
import Glibc
import Telemetry

/// Pages through the parser, for tests.
enum ParsedPage {
    /// `bytes` as one page, in pieces that end at `ends`.
    static func parse(
        _ bytes: [UInt8], _ format: PageFormat = .text, wanted: WantedNames = .all, limits: PageLimits = .default,
        ends: [Int] = []
    ) throws(PageError) -> ScrapedPage {
        var parser = PageParser(format: format, wanted: wanted, limits: limits)
        var start = 0
        for end in ends + [bytes.count] {
            try feed(Array(bytes[start..<end]), to: &parser)
            start = end
        }
        return try parser.finish()
    }

    static func parse(
        _ text: String, _ format: PageFormat = .text, wanted: WantedNames = .all, limits: PageLimits = .default
    ) throws(PageError) -> ScrapedPage {
        try parse(Array(text.utf8), format, wanted: wanted, limits: limits)
    }

    /// A copy of exactly `piece.count` bytes, so that the address sanitizer sees a read beyond it.
    static func feed(_ piece: [UInt8], to parser: inout PageParser) throws(PageError) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: piece.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: piece)
        try parser.feed(UnsafeRawBufferPointer(copy))
    }
}

/// What may differ when a page comes in other pieces: nothing. Numbers are compared as bits, for NaN is not equal to itself.
struct PageImage: Equatable, CustomStringConvertible {
    let lines: [String]

    init(_ page: ScrapedPage) {
        lines =
            page.samples.keys.sorted().flatMap { name in
                page[name].map { sample in
                    let labels = sample.labels.labels.map { "\($0.name)=\($0.value.debugDescription)" }
                    let value = sample.value.isNaN ? "NaN" : "\(sample.value.bitPattern)"
                    return "\(sample.name){\(labels.joined(separator: ","))} \(value)"
                }
            } + page.kinds.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } + [
                "\(page.sampleCount) samples, \(page.malformedCount) malformed, \(page.duplicateCount) duplicate, "
                    + "\(page.repairedCount) repaired, truncated: \(page.isTruncated)"
            ]
    }

    init(_ outcome: Result<ScrapedPage, PageError>) {
        switch outcome {
        case .success(let page): self.init(page)
        case .failure(let error): self.init(lines: ["\(error)"])
        }
    }

    private init(lines: [String]) { self.lines = lines }

    var description: String { lines.joined(separator: "\n") }
}
