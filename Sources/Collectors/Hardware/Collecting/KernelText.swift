/// Parses what the kernel writes into small files. Everything else gives nil: what cannot be right is absent.
///
/// One line feed at the end is the kernel's habit and is allowed; other white space is garbage.
enum KernelText {
    /// The longest word, in bytes. The kernel's own names end at 20 (thermal) to 64.
    static let wordBytesMax = 128
    /// The longest number, leading zeros included: the digits of Int64.
    private static let decimalDigitsMax = 19

    /// A file that holds one decimal integer within `range`.
    static func integer(_ content: [UInt8], in range: ClosedRange<Int64>) -> Int64? {
        decimal(withoutLineFeed(content), in: range)
    }

    /// Digits, with a minus sign if negative, and nothing else.
    static func decimal(_ text: some Collection<UInt8>, in range: ClosedRange<Int64>) -> Int64? {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = text.dropFirst(isNegative ? 1 : 0)
        guard (1...decimalDigitsMax).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (shifted, shiftOverflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflow) = shifted.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
            if shiftOverflow || overflow { return nil }
            value = next
        }
        if isNegative { value = -value }
        return range.contains(value) ? value : nil
    }

    /// One line of printable text without control characters, 1 to ``wordBytesMax`` bytes of UTF-8.
    static func word(_ content: [UInt8]) -> String? {
        let bytes = withoutLineFeed(content)
        guard (1...wordBytesMax).contains(bytes.count) else { return nil }
        if bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self),
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
        let numbers = parts.compactMap { decimal($0, in: range) }
        return numbers.count == parts.count && Set(numbers).count == numbers.count ? numbers : nil
    }

    /// The first number of a list of CPUs or nodes such as `0-3,8,10-11`.
    static func firstOfList(_ content: [UInt8]) -> Int? {
        let list = withoutLineFeed(content)
        let isList = list.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "-")
        }
        guard isList else { return nil }
        return decimal(list.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "-") }, in: KernelNumbers.cpus).map(
            Int.init)
    }

    /// How a file begins, fit for a log line: printable ASCII, at most 33 characters.
    static func excerpt(_ content: [UInt8]) -> String {
        let text = withoutLineFeed(content)
        let begin = text.prefix(32).map { (0x20..<0x7f).contains($0) ? Character(Unicode.Scalar($0)) : "·" }
        return String(begin) + (text.count > 32 ? "…" : "")
    }

    private static func withoutLineFeed(_ content: [UInt8]) -> ArraySlice<UInt8> {
        content.last == UInt8(ascii: "\n") ? content.dropLast() : content[...]
    }
}
