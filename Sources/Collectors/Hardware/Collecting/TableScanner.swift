import Glibc

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
        place = bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return start }
            var next = start
            while next < lineEnd, !Self.isBlank(base[next]) { next += 1 }
            return next
        }
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
        let (number, end) = bytes.withUnsafeBufferPointer { Self.number(in: $0, from: place, to: lineEnd) }
        guard let number else { return nil }
        place = end
        return number
    }

    /// Appends the numbers that come next, at most `countMax`, to `numbers`; the scanner stops at a field that is no
    /// number. False when one is above `UInt32.max`.
    mutating func numbers(_ countMax: Int, into numbers: inout [UInt32]) -> Bool {
        let (end, fits) = bytes.withUnsafeBufferPointer { bytes in
            var place = place
            for _ in 0..<countMax {
                if let number = AlignedColumn.number(in: bytes, from: place, to: lineEnd) {
                    numbers.append(number)
                    place += AlignedColumn.width
                    continue
                }
                let (number, end) = Self.number(in: bytes, from: place, to: lineEnd)
                guard let number else { break }
                guard let number = UInt32(exactly: number) else { return (place, false) }
                numbers.append(number)
                place = end
            }
            return (place, true)
        }
        place = end
        return fits
    }

    /// The number that comes next between two places, which are within `bytes`, and where it ends; nil as
    /// ``number()``.
    private static func number(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> (number: UInt64?, end: Int) {
        guard let base = bytes.baseAddress else { return (nil, start) }
        var first = start
        while first < end, isBlank(base[first]) { first += 1 }
        var value: UInt64 = 0
        var next = first
        while next < end {
            let digit = base[next] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            // No number of 19 digits is too large.
            if next - first < 19 {
                value = value &* 10 &+ UInt64(digit)
            } else {
                let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, overflow) = shifted.addingReportingOverflow(UInt64(digit))
                if shiftOverflow || overflow { return (nil, start) }
                value = sum
            }
            next += 1
        }
        guard next > first, next == end || isBlank(base[next]) else { return (nil, start) }
        return (value, next)
    }

    private mutating func skipBlanks() {
        place = bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return place }
            var next = place
            while next < lineEnd, Self.isBlank(base[next]) { next += 1 }
            return next
        }
    }

    /// The last byte is a line feed, so there is one.
    private mutating func endLine() {
        lineEnd = bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let end = memchr(base + place, Int32(Self.lineFeed), bytes.count - place)
            else { return place }
            return UnsafeRawPointer(end) - base
        }
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
