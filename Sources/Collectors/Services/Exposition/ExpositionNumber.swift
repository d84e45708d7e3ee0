/// Numbers as expositions write them: `12`, `-0.5`, `1.5e+09`, `NaN`, `+Inf`, in any case. Not hexadecimal.
///
/// The result is the double nearest to the decimal, to the last bit, whatever the locale.
enum ExpositionNumber {
    /// The longest number taken: the largest double in full with 6 decimals has 316 bytes.
    static let bytesMax = 512

    /// What stands between sign and end of a decimal: `mantissa` times ten to the power of `exponent`.
    private struct Decimal {
        var mantissa: UInt64 = 0
        var exponent = 0
        /// Digits of the mantissa without leading zeros. Nineteen fit.
        var digits = 0
        var isEmpty = true
    }

    /// The number that `text` is, and nothing else.
    static func value(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        var position = 0
        let number = read(bytes.span, at: &position, end: bytes.count)
        return position == bytes.count ? number : nil
    }

    /// The number at `position`, which ends at a blank or at `end`; `position` is moved there. Nil where there is none.
    @inline(__always)
    static func read(_ bytes: Span<UInt8>, at position: inout Int, end: Int) -> Double? {
        let start = position
        guard position < end else { return nil }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position &+= 1 }
        var decimal = Decimal()
        readDigits(bytes, at: &position, end: end, into: &decimal)
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position &+= 1
            let first = position
            readDigits(bytes, at: &position, end: end, into: &decimal)
            decimal.exponent = first &- position
        }
        if decimal.isEmpty { return readWord(bytes, at: &position, end: end, isNegative: isNegative) }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            guard readExponent(bytes, at: &position, end: end, into: &decimal) else { return nil }
        }
        guard position == end || isBlank(bytes[position]) else { return nil }
        guard decimal.digits <= 19, let magnitude = ExactDecimal.value(decimal.mantissa, decimal.exponent) else {
            return readSlowly(bytes, start..<position)
        }
        return isNegative ? -magnitude : magnitude
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    @inline(__always)
    private static func readDigits(
        _ bytes: Span<UInt8>, at position: inout Int, end: Int, into decimal: inout Decimal
    ) {
        while position < end {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit <= 9 else { return }
            decimal.isEmpty = false
            decimal.mantissa = decimal.mantissa &* 10 &+ UInt64(digit)
            if decimal.digits > 0 || digit > 0 { decimal.digits &+= 1 }
            position &+= 1
        }
    }

    private static func readExponent(
        _ bytes: Span<UInt8>, at position: inout Int, end: Int, into decimal: inout Decimal
    ) -> Bool {
        position += 1
        guard position < end else { return false }
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
        let first = position
        var exponent = 0
        while position < end, case let digit = bytes[position] &- UInt8(ascii: "0"), digit <= 9 {
            // Beyond this every number is zero or too large.
            exponent = min(exponent * 10 + Int(digit), 99_999)
            position += 1
        }
        decimal.exponent += isNegative ? -exponent : exponent
        return position > first
    }

    /// `NaN`, `Inf` and `Infinity`.
    private static func readWord(
        _ bytes: Span<UInt8>, at position: inout Int, end: Int, isNegative: Bool
    ) -> Double? {
        var word: UInt64 = 0
        let first = position
        while position < end, !isBlank(bytes[position]) {
            guard position - first < 8 else { return nil }
            word = word << 8 | UInt64(bytes[position] | 0x20)
            position += 1
        }
        switch word {
        case 0x6E616E: return .nan
        case 0x696E66, 0x696E_6669_6E69_7479: return isNegative ? -.infinity : .infinity
        default: return nil
        }
    }

    /// More digits or a wider exponent than others write; the standard library knows no locale.
    private static func readSlowly(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
        guard range.count <= bytesMax, let text = bytes.text(range), let value = Double(text), value.isFinite else {
            return nil
        }
        return value
    }
}
