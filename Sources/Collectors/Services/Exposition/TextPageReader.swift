import Glibc

/// Reads Prometheus' text format and OpenMetrics, line by line, and takes what real servers send: lists of labels that
/// end in a comma, blanks everywhere, `NaN` in any case, names that begin with `:`, line ends of Windows, exemplars.
///
/// Sources: https://prometheus.io/docs/instrumenting/exposition_formats/,
/// https://prometheus.io/docs/specs/om/open_metrics_spec/
struct TextPageReader {
    private var kept: KeptSamples
    private let isOpenMetrics: Bool
    /// Whether `# EOF` was read.
    private var hasEnded = false
    /// How the first malformed line begins.
    private var excerpt: String?
    private var lastName = NameMemo()
    // For one line; here for their memory.
    private var block = LabelBlock()
    private var pairs: [LabelInterner.Pair] = []
    private var unescaped: [UInt8] = []

    init(wanted: WantedNames, limits: PageLimits, isOpenMetrics: Bool) {
        kept = KeptSamples(wanted: wanted, limits: limits)
        self.isOpenMetrics = isOpenMetrics
    }

    @inline(__always)
    mutating func read(_ bytes: Span<UInt8>, _ line: TextLines.Line) throws(PageError) {
        switch line {
        case .whole(let range): try read(bytes, range)
        case .tooLong(let range):
            // Nobody misses a comment.
            if bytes[range.lowerBound] != UInt8(ascii: "#") { try noteMalformed(bytes, range) }
        }
    }

    mutating func finish() throws(PageError) -> ScrapedPage {
        let page = kept.finish()
        if page.sampleCount == 0, let excerpt { throw .noExposition(excerpt: excerpt) }
        if isOpenMetrics, !hasEnded { throw .truncated }
        return page
    }

    private mutating func read(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(PageError) {
        let end = bytes.trimmedEnd(line)
        var position = line.lowerBound
        bytes.skipBlanks(at: &position, end: end)
        guard position < end else { return }
        if bytes[position] == UInt8(ascii: "#") {
            readComment(bytes, at: position, end: end)
        } else if !hasEnded, readSample(bytes, at: &position, end: end) {
            kept.countSample()
        } else {
            try noteMalformed(bytes, line)
        }
    }

    private mutating func noteMalformed(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(PageError) {
        kept.countMalformed()
        let excerpt = excerpt ?? PageExcerpt.text(bytes, line)
        self.excerpt = excerpt
        if kept.page.sampleCount == 0, kept.page.malformedCount >= kept.limits.junkLinesMax {
            throw .noExposition(excerpt: excerpt)
        }
    }

    // MARK: Samples

    /// Reads a sample; false where it is none.
    @inline(__always)
    private mutating func readSample(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Bool {
        let start = position
        let name: NameMemo.Verdict
        if lastName.matches(bytes, at: position, end: end) {
            name = lastName.verdict
            position &+= lastName.count
        } else {
            bytes.skipMetricName(at: &position, end: end)
            guard position < end, position > start || bytes[position] == UInt8(ascii: "{") else { return false }
            guard position > start else { return readQuotedSample(bytes, at: &position, end: end) }
            guard NameMemo.endsName(bytes[position]) else { return false }
            name = kept.verdict(bytes, start..<position)
            lastName.remember(bytes, start..<position, name)
        }
        // Once a page has shown that it is one, lines that nobody wants are only glanced at.
        if name == .unwanted, kept.page.sampleCount > 0 { return Self.endsNumber(bytes[end &- 1]) }
        return readWantedSample(bytes, name: start..<position, name, at: &position, end: end)
    }

    @inline(__always)
    private static func endsNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): true
        case UInt8(ascii: "N"), UInt8(ascii: "n"), UInt8(ascii: "F"), UInt8(ascii: "f"): true
        case UInt8(ascii: "Y"), UInt8(ascii: "y"): true
        default: false
        }
    }

    private mutating func readWantedSample(
        _ bytes: Span<UInt8>, name: Range<Int>, _ verdict: NameMemo.Verdict, at position: inout Int, end: Int
    ) -> Bool {
        bytes.skipBlanks(at: &position, end: end)
        guard position < end else { return false }
        guard bytes[position] == UInt8(ascii: "{") else {
            guard let value = Self.readValue(bytes, at: &position, end: end) else { return false }
            keep(bytes, name, verdict, set: LabelInterner.emptySet, value)
            return true
        }
        if verdict != .unwanted, let known = knownBlock(bytes, at: position, end: end) {
            position = known.end
            guard let value = Self.readValue(bytes, at: &position, end: end) else { return false }
            keep(bytes, name, verdict, set: known.set, value)
            return true
        }
        let start = position
        guard block.read(bytes, at: &position, end: end), block.metric == nil else { return false }
        let blockRange = start..<position
        guard let value = Self.readValue(bytes, at: &position, end: end) else { return false }
        guard verdict != .unwanted else { return true }
        switch set(bytes, block: blockRange) {
        case .malformed: return false
        case .omitted: kept.countOmitted()
        case .set(let set): keep(bytes, name, verdict, set: set, value)
        }
        return true
    }

    /// A sample whose name stands in quotes between the braces.
    private mutating func readQuotedSample(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Bool {
        guard block.read(bytes, at: &position, end: end), let metric = block.metric,
            let value = Self.readValue(bytes, at: &position, end: end)
        else { return false }
        metric.unescape(bytes, into: &unescaped)
        let name = unescaped
        guard kept.verdict(name.span, 0..<name.count) != .unwanted else { return true }
        switch set(bytes, block: nil) {
        case .malformed: return false
        case .omitted: kept.countOmitted()
        case .set(let set):
            if let number = kept.addName(name.span, 0..<name.count) { kept.keep(name: number, set: set, value: value) }
        }
        return true
    }

    @inline(__always)
    private mutating func keep(
        _ bytes: Span<UInt8>, _ name: Range<Int>, _ verdict: NameMemo.Verdict, set: Int, _ value: Double
    ) {
        switch verdict {
        case .unwanted: return
        case .wanted(let number): kept.keep(name: number, set: set, value: value)
        case .new:
            guard let number = kept.addName(bytes, name) else { return }
            lastName.remember(bytes, name, .wanted(number))
            kept.keep(name: number, set: set, value: value)
        }
    }

    /// The value, and behind it a timestamp and an exemplar, which are ignored. Nil where that is not what follows.
    @inline(__always)
    private static func readValue(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Double? {
        bytes.skipBlanks(at: &position, end: end)
        guard let value = ExpositionNumber.read(bytes, at: &position, end: end) else { return nil }
        if position == end { return value }
        bytes.skipBlanks(at: &position, end: end)
        if bytes[position] != UInt8(ascii: "#") {
            guard ExpositionNumber.read(bytes, at: &position, end: end) != nil else { return nil }
            bytes.skipBlanks(at: &position, end: end)
        }
        return position == end || bytes[position] == UInt8(ascii: "#") ? value : nil
    }

    // MARK: Labels

    /// The set of a block that the page had before. A block that was known ends at its first brace.
    @inline(__always)
    private func knownBlock(_ bytes: Span<UInt8>, at position: Int, end: Int) -> (set: Int, end: Int)? {
        guard let brace = bytes.firstIndex(of: UInt8(ascii: "}"), in: position..<end) else { return nil }
        let range = position..<brace &+ 1
        let hash = kept.labels.blockHash(bytes, range)
        return kept.labels.block(bytes, range, hash: hash).map { ($0, range.upperBound) }
    }

    /// The set of the labels in `block`, to be remembered for the bytes in `range`.
    private mutating func set(_ bytes: Span<UInt8>, block range: Range<Int>?) -> LabelInterner.Outcome {
        pairs.removeAll(keepingCapacity: true)
        guard block.elements.count <= kept.limits.labelsMax else { return .malformed }
        for element in block.elements {
            guard let name = text(bytes, element.name), let value = text(bytes, element.value) else { return .omitted }
            pairs.append(LabelInterner.Pair(name: name, value: value))
        }
        let outcome = kept.labels.set(&pairs, budget: &kept.budget)
        // A brace within a value would make a block that is never found again.
        if case .set(let set) = outcome, let range,
            bytes.firstIndex(of: UInt8(ascii: "}"), in: range) == range.upperBound - 1
        {
            let hash = kept.labels.blockHash(bytes, range)
            kept.labels.remember(bytes, range, hash: hash, set: set, budget: &kept.budget)
        }
        return outcome
    }

    private mutating func text(_ bytes: Span<UInt8>, _ text: LineText) -> UInt32? {
        guard text.isEscaped else { return kept.labels.text(bytes, text.range, budget: &kept.budget) }
        text.unescape(bytes, into: &unescaped)
        let meant = unescaped
        return kept.labels.text(meant.span, 0..<meant.count, budget: &kept.budget)
    }

    // MARK: Comments

    /// `# TYPE name kind`, `# EOF`, or anything else, which is ignored.
    private mutating func readComment(_ bytes: Span<UInt8>, at start: Int, end: Int) {
        var position = start + 1
        bytes.skipBlanks(at: &position, end: end)
        if isOpenMetrics, bytes.equals("EOF", position..<end) {
            hasEnded = true
        }
        guard bytes.readWord(at: &position, end: end, is: "TYPE") else { return }
        var family = LineText(range: position..<position)
        if position < end, bytes[position] == UInt8(ascii: "\"") {
            guard let text = bytes.quotedText(at: &position, end: end) else { return }
            family = text
        } else {
            while position < end, !ExpositionNumber.isBlank(bytes[position]) { position += 1 }
            family.range = family.range.lowerBound..<position
        }
        bytes.skipBlanks(at: &position, end: end)
        if !family.isEscaped {
            noteKind(bytes, family.range, bytes, position..<end)
        } else {
            family.unescape(bytes, into: &unescaped)
            let name = unescaped
            noteKind(name.span, 0..<name.count, bytes, position..<end)
        }
    }

    private mutating func noteKind(
        _ bytes: Span<UInt8>, _ family: Range<Int>, _ line: Span<UInt8>, _ kind: Range<Int>
    ) {
        guard kept.isWanted(family: bytes, family), let word = line.text(kind) else { return }
        guard let kind = word == "untyped" ? .unknown : ScrapedKind(rawValue: word) else { return }
        kept.noteKind(bytes, family, kind)
    }
}

extension Span<UInt8> {
    /// Whether the bytes in `range` are those of `word`.
    fileprivate func equals(_ word: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return extracting(range).withUnsafeBytes { memcmp($0.baseAddress!, word.utf8Start, range.count) == 0 }
    }

    /// Moves `position` behind `word` and the blanks that follow it; false where it is something else.
    fileprivate func readWord(at position: inout Int, end: Int, is word: StaticString) -> Bool {
        let wordEnd = position + word.utf8CodeUnitCount
        guard wordEnd < end, ExpositionNumber.isBlank(self[wordEnd]), equals(word, position..<wordEnd) else {
            return false
        }
        position = wordEnd
        skipBlanks(at: &position, end: end)
        return true
    }
}
