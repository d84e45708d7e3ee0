import Telemetry

/// Name and tags of a line as text, checked. Made only for lines that are not known yet.
struct PushedIdentity {
    let rawName: String
    let name: PushedName
    let tags: [Substring]

    /// As `init`, its fault as a refusal of the whole line.
    static func of(_ line: StatsDLine, _ bytes: Span<UInt8>) throws(PushIngestor.Refusal) -> PushedIdentity {
        do {
            return try PushedIdentity(line, bytes)
        } catch {
            throw .malformed(error)
        }
    }

    init(_ line: StatsDLine, _ bytes: Span<UInt8>) throws(MalformedReason) {
        guard line.name.count <= PushLimits.nameBytesMax else { throw .nameTooLong }
        guard line.tags.count <= PushLimits.tagBytesMax else { throw Self.tagsFault(line, bytes) }
        guard let rawName = bytes.text(line.name), let tagText = bytes.text(line.tags) else { throw .invalidUTF8 }
        guard !Self.hasControlCharacter(rawName), !Self.hasControlCharacter(tagText) else { throw .controlCharacter }
        let tags = tagText.split(separator: ",", maxSplits: PushLimits.tagsMax)
        guard tags.count <= PushLimits.tagsMax else { throw .tooManyTags }
        for tag in tags {
            let nameEnd = tag.firstIndex(of: ":") ?? tag.endIndex
            guard tag[..<nameEnd].utf8.count <= PushLimits.tagNameBytesMax,
                tag[nameEnd...].utf8.count <= PushLimits.tagValueBytesMax + 1
            else { throw .tagTooLong }
        }
        guard let name = PushedName(raw: rawName, type: line.type) else { throw .emptyName }
        self.rawName = rawName
        self.name = name
        self.tags = tags
    }

    /// What is wrong with tags that are too long together: one of them, their number, or nothing else.
    private static func tagsFault(_ line: StatsDLine, _ bytes: Span<UInt8>) -> MalformedReason {
        var tagCount = 1
        var start = line.tags.lowerBound
        var colon: Int?
        for i in line.tags.lowerBound...line.tags.upperBound {
            let isEnd = i == line.tags.upperBound || bytes[i] == UInt8(ascii: ",")
            if !isEnd {
                if colon == nil, bytes[i] == UInt8(ascii: ":") { colon = i }
                continue
            }
            let nameEnd = colon ?? i
            if nameEnd - start > PushLimits.tagNameBytesMax || i - nameEnd > PushLimits.tagValueBytesMax + 1 {
                return .tagTooLong
            }
            tagCount += 1
            start = i + 1
            colon = nil
        }
        return tagCount - 1 > PushLimits.tagsMax ? .tooManyTags : .tagsTooLong
    }

    /// C0 and C1 controls and DEL: they have no place in a name, and some of them break lines for some readers.
    private static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
    }
}
