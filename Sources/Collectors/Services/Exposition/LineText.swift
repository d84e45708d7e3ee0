import Glibc

/// The pieces of which lines of text expositions are made.
extension Span<UInt8> {
    /// Moves `position` behind spaces and tabs.
    @inline(__always)
    func skipBlanks(at position: inout Int, end: Int) {
        while position < end, ExpositionNumber.isBlank(self[position]) { position &+= 1 }
    }

    /// The end of `range` without the blanks and the carriage return that it ends with.
    @inline(__always)
    func trimmedEnd(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        if end > range.lowerBound, self[end &- 1] == UInt8(ascii: "\r") { end &-= 1 }
        while end > range.lowerBound, ExpositionNumber.isBlank(self[end &- 1]) { end &-= 1 }
        return end
    }

    /// Moves `position` behind a metric's name, `[a-zA-Z_:][a-zA-Z0-9_:]*`, where one begins there.
    @inline(__always)
    func skipMetricName(at position: inout Int, end: Int) {
        guard position < end, !isDigit(self[position]) else { return }
        while position < end, isNameByte(self[position]) || self[position] == UInt8(ascii: ":") { position &+= 1 }
    }

    /// Moves `position` behind a label's name, `[a-zA-Z_][a-zA-Z0-9_]*`, where one begins there.
    @inline(__always)
    func skipLabelName(at position: inout Int, end: Int) {
        guard position < end, !isDigit(self[position]) else { return }
        while position < end, isNameByte(self[position]) { position &+= 1 }
    }

    /// The text between the quotes of which the first is at `position`, which is moved behind the second.
    @inline(__always)
    func quotedText(at position: inout Int, end: Int) -> LineText? {
        let start = position &+ 1
        var isEscaped = false
        var i = start
        while i < end {
            switch self[i] {
            case UInt8(ascii: "\""):
                position = i &+ 1
                return LineText(range: start..<i, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                i &+= 2
            default: i &+= 1
            }
        }
        return nil
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    @inline(__always)
    private func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || isDigit(byte) || byte == UInt8(ascii: "_")
    }
}

/// A name or a label's value in a line.
struct LineText {
    /// Without the quotes.
    var range: Range<Int>
    /// Whether a backslash is in it.
    var isEscaped = false

    /// Writes the text to `bytes` as it is meant: `\\`, `\"` and `\n` are escapes, any other backslash is itself.
    func unescape(_ line: Span<UInt8>, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var i = range.lowerBound
        while i < range.upperBound {
            let byte = line[i]
            i += 1
            guard byte == UInt8(ascii: "\\"), i < range.upperBound, let meant = Self.meaning(of: line[i]) else {
                bytes.append(byte)
                continue
            }
            bytes.append(meant)
            i += 1
        }
    }

    private static func meaning(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): byte
        case UInt8(ascii: "n"): UInt8(ascii: "\n")
        default: nil
        }
    }
}
