/// What stands between the braces of a line: `{a="b",c="d"}`, as places in it.
///
/// A comma may follow the last label, blanks may stand between everything. A quoted text without a value is the name of
/// the metric, as Prometheus 3 writes names with other characters: `{"queue.depth",model="a"}`.
struct LabelBlock {
    struct Element {
        var name: LineText
        var value: LineText
    }

    private(set) var elements: [Element] = []
    private(set) var metric: LineText?

    /// Reads the block that begins at `position`, which is moved behind it; false where it is none.
    mutating func read(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Bool {
        elements.removeAll(keepingCapacity: true)
        metric = nil
        repeat {
            position &+= 1  // The opening brace or a comma.
            bytes.skipBlanks(at: &position, end: end)
            if position < end, bytes[position] == UInt8(ascii: "}") { break }
            guard readElement(bytes, at: &position, end: end) else { return false }
            bytes.skipBlanks(at: &position, end: end)
        } while position < end && bytes[position] == UInt8(ascii: ",")
        guard position < end, bytes[position] == UInt8(ascii: "}") else { return false }
        position &+= 1
        return true
    }

    @inline(__always)
    private mutating func readElement(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Bool {
        guard position < end else { return false }
        var name = LineText(range: position..<position)
        let isQuoted = bytes[position] == UInt8(ascii: "\"")
        if isQuoted {
            guard let text = bytes.quotedText(at: &position, end: end) else { return false }
            name = text
        } else {
            bytes.skipLabelName(at: &position, end: end)
            name.range = name.range.lowerBound..<position
        }
        guard !name.range.isEmpty else { return false }
        bytes.skipBlanks(at: &position, end: end)
        guard position < end, bytes[position] == UInt8(ascii: "=") else {
            guard isQuoted, metric == nil else { return false }
            metric = name
            return true
        }
        position &+= 1
        bytes.skipBlanks(at: &position, end: end)
        guard position < end, bytes[position] == UInt8(ascii: "\""),
            let value = bytes.quotedText(at: &position, end: end)
        else { return false }
        elements.append(Element(name: name, value: value))
        return true
    }
}
