import Glibc

/// Numbers as StatsD writes them: `12`, `-0.5`, `+3`, `1e-05`. Not hexadecimal, not `nan`, not `inf`, no spaces.
enum DecimalParser {
    /// Powers of ten that a double holds exactly.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
    /// The longest number taken; strtod's cost is bounded with it.
    static let bytesMax = 64

    /// The number in `range` of `bytes`.
    ///
    /// A mantissa below 2^53 with at most 22 decimals is exact after one division (Clinger's fast path); what is longer
    /// or has an exponent goes to strtod.
    static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MalformedReason) -> Double {
        var i = range.lowerBound
        let end = range.upperBound
        guard i < end else { throw .badValue }
        let isNegative = bytes[i] == UInt8(ascii: "-")
        if isNegative || bytes[i] == UInt8(ascii: "+") { i &+= 1 }
        var mantissa: UInt64 = 0
        var digits = 0
        var decimals = 0
        var hasPoint = false
        while i < end {
            let digit = bytes[i] &- UInt8(ascii: "0")
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                digits &+= 1
                if hasPoint { decimals &+= 1 }
            } else if bytes[i] == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                return try parseSlowly(bytes, range)
            }
            i &+= 1
        }
        guard digits > 0 else { throw .badValue }
        // Nineteen digits cannot overflow, so the comparison with 2^53 holds.
        guard digits <= 19, mantissa <= 1 << 53, decimals <= 22 else { return try parseSlowly(bytes, range) }
        let magnitude = Double(mantissa) / powersOfTen[decimals]
        return isNegative ? -magnitude : magnitude
    }

    private static func parseSlowly(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MalformedReason) -> Double {
        guard range.count <= bytesMax else { throw .badValue }
        var hasDigit = false
        for i in range {
            switch bytes[i] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"): continue
            // An exponent before any digit is a word such as `e5`.
            case UInt8(ascii: "e") where hasDigit, UInt8(ascii: "E") where hasDigit: continue
            default: throw namesNoNumber(bytes, range) ? .notFinite : .badValue
            }
        }
        let parsed = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytesMax + 1) { buffer -> Double? in
            for (offset, i) in range.enumerated() { buffer[offset] = CChar(bitPattern: bytes[i]) }
            buffer[range.count] = 0
            var stop: UnsafeMutablePointer<CChar>?
            let value = strtod(buffer.baseAddress!, &stop)
            return stop == buffer.baseAddress! + range.count ? value : nil
        }
        guard let parsed else { throw .badValue }
        guard parsed.isFinite else { throw .notFinite }
        return parsed
    }

    /// Whether the text is `nan` or `inf` in one of their spellings.
    private static func namesNoNumber(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let text = bytes.text(range)?.lowercased() ?? ""
        let word = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
        return ["nan", "inf", "infinity"].contains(word)
    }
}
