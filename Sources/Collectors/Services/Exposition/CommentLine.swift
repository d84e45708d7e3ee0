import Glibc

/// What a line that begins with `#` says. Most say something for people only.
enum CommentLine {
    /// `# TYPE family kind`, with the family in quotes where its name has other characters. What the kind is remains to
    /// be read, for most families are not wanted.
    case type(family: LineText, kind: Range<Int>)
    /// `# EOF`, which ends a page of OpenMetrics.
    case end
    case other

    /// The line in `range`, which begins with `#` and ends without blanks.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let end = range.upperBound
        var position = range.lowerBound + 1
        bytes.skipBlanks(at: &position, end: end)
        self = .other
        if bytes.equals("EOF", position..<end) { self = .end }
        guard bytes.skipWord("TYPE", at: &position, end: end),
            let family = Self.family(bytes, at: &position, end: end)
        else { return }
        bytes.skipBlanks(at: &position, end: end)
        self = .type(family: family, kind: position..<end)
    }

    /// What the word in `range` means, nil where it is none of the known ones.
    static func kind(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ScrapedKind? {
        guard let word = bytes.text(range) else { return nil }
        return word == "untyped" ? .unknown : ScrapedKind(rawValue: word)
    }

    private static func family(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> LineText? {
        if position < end, bytes[position] == UInt8(ascii: "\"") { return bytes.quotedText(at: &position, end: end) }
        let start = position
        while position < end, !ExpositionNumber.isBlank(bytes[position]) { position += 1 }
        return LineText(range: start..<position)
    }
}

extension Span<UInt8> {
    /// Whether the bytes in `range` are those of `word`.
    fileprivate func equals(_ word: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return extracting(range).withUnsafeBytes { memcmp($0.baseAddress!, word.utf8Start, range.count) == 0 }
    }

    /// Moves `position` behind `word` and the blanks that follow it; false where it is something else.
    fileprivate func skipWord(_ word: StaticString, at position: inout Int, end: Int) -> Bool {
        let wordEnd = position + word.utf8CodeUnitCount
        guard wordEnd < end, ExpositionNumber.isBlank(self[wordEnd]), equals(word, position..<wordEnd) else {
            return false
        }
        position = wordEnd
        skipBlanks(at: &position, end: end)
        return true
    }
}
