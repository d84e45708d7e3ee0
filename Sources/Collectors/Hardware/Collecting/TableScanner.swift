/// Walks through a table of the kernel's, line by line and field by field, without making a String of each.
///
/// Fields are separated by spaces and tabs; every line ends with a line feed.
struct TableScanner {
    private let bytes: [UInt8]
    private var place = 0
    private var lineEnd = 0

    /// At the start of the first line; nil when there is no whole line.
    init?(_ content: [UInt8]) {
        guard content.last == Self.lineFeed else { return nil }
        bytes = content
        endLine()
    }

    /// Steps to the start of the next line; false when there is none.
    mutating func nextLine() -> Bool {
        guard lineEnd + 1 < bytes.count else { return false }
        place = lineEnd + 1
        endLine()
        return true
    }

    /// Whether the line has no further field.
    var isAtLineEnd: Bool {
        mutating get {
            skipBlanks()
            return place == lineEnd
        }
    }

    /// The next field; nil at the end of the line.
    mutating func field() -> ArraySlice<UInt8>? {
        guard !isAtLineEnd else { return nil }
        let start = place
        while place < lineEnd, !Self.isBlank(bytes[place]) { place += 1 }
        return bytes[start..<place]
    }

    /// The next field as text of printable ASCII, at most ``KernelText/wordBytesMax`` long; nil for any other.
    mutating func word() -> String? {
        guard let field = field(), field.count <= KernelText.wordBytesMax,
            field.allSatisfy({ (0x21..<0x7f).contains($0) })
        else { return nil }
        return String(decoding: field, as: UTF8.self)
    }

    /// The next field as a decimal number without sign; nil, and the scanner stays where it is, for any other field
    /// and for a number above `UInt64.max`.
    mutating func number() -> UInt64? {
        skipBlanks()
        var value: UInt64 = 0
        var next = place
        while next < lineEnd {
            let digit = bytes[next] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = shifted.addingReportingOverflow(UInt64(digit))
            if shiftOverflow || overflow { return nil }
            value = sum
            next += 1
        }
        guard next > place, next == lineEnd || Self.isBlank(bytes[next]) else { return nil }
        place = next
        return value
    }

    private mutating func skipBlanks() {
        while place < lineEnd, Self.isBlank(bytes[place]) { place += 1 }
    }

    private mutating func endLine() {
        lineEnd = place
        while bytes[lineEnd] != Self.lineFeed { lineEnd += 1 }
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
