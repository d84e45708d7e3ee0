/// Parses what the kernel writes into small files. Everything else gives nil: what cannot be right is absent.
///
/// One line feed at the end is the kernel's habit and is allowed; other white space is garbage.
enum KernelText {
    /// The longest word, in bytes. The kernel's own names end at 20 (thermal) to 64.
    static let wordBytesMax = 128
    /// The longest number: a sign and the digits of UInt64.
    private static let integerBytesMax = 21

    /// A decimal integer within `range`.
    static func integer(_ content: some RandomAccessCollection<UInt8>, in range: ClosedRange<Int64>) -> Int64? {
        var digits = withoutLineFeed(content)[...]
        guard digits.count <= integerBytesMax else { return nil }
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            // Downwards, since the smallest Int64 has no positive twin.
            let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow) = shifted.subtractingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            if shiftOverflow || overflow { return nil }
            value = next
        }
        if !isNegative {
            guard value != .min else { return nil }
            value = -value
        }
        return range.contains(value) ? value : nil
    }

    /// One line of printable text without control characters, 1 to ``wordBytesMax`` bytes of UTF-8.
    static func word(_ content: [UInt8]) -> String? {
        let bytes = withoutLineFeed(content)
        guard (1...wordBytesMax).contains(bytes.count), let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        return text
    }

    /// Decimal integers within `range`, separated by single spaces, at most `countMax`, each once.
    static func integers(_ content: [UInt8], in range: ClosedRange<Int64>, countMax: Int) -> [Int64]? {
        // The cpufreq core ends the list by a space and a line feed on some kernels.
        var bytes = withoutLineFeed(content)
        if bytes.last == UInt8(ascii: " ") { bytes = bytes.dropLast() }
        let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count <= countMax else { return nil }
        let numbers = parts.compactMap { $0.last == UInt8(ascii: "\n") ? nil : integer($0, in: range) }
        return numbers.count == parts.count && Set(numbers).count == numbers.count ? numbers : nil
    }

    /// How a file begins, fit for a log line.
    static func excerpt(_ content: [UInt8]) -> String {
        let begin = content.prefix(32).map { (0x20..<0x7f).contains($0) ? Character(Unicode.Scalar($0)) : "·" }
        return String(begin) + (content.count > 32 ? "…" : "")
    }

    private static func withoutLineFeed<Bytes: RandomAccessCollection<UInt8>>(_ content: Bytes) -> Bytes.SubSequence {
        content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
    }
}
