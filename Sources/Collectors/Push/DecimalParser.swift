import Glibc

/// Numbers as StatsD writes them: `12`, `-0.5`, `+3`, `1e-05`. Not hexadecimal, not `nan`, not `inf`, no spaces.
enum DecimalParser {
    /// Powers of ten that a double holds exactly.
    fileprivate static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
    /// The longest number taken; strtod's cost is bounded with it.
    static let bytesMax = 64

    /// Digits with or without a point among them.
    struct Digits {
        /// All digits as one number, at most 2^53, so that a double holds it exactly.
        var mantissa: UInt64
        /// Digits after the point.
        var decimals: Int
        /// Where they end.
        var end: UnsafeRawPointer

        /// The number, its point moved to the left by `places`, at most 9. One division of two exact numbers: correctly rounded
        /// (Clinger's fast path).
        @inline(__always)
        func value(movedBy places: UInt8) -> Double {
            // As signed: there is an instruction for these.
            Double(Int64(truncatingIfNeeded: mantissa)) / DecimalParser.powersOfTen[decimals &+ Int(places)]
        }
    }

    /// The digits from `start` on; nil where there are none, or more than `Digits` holds.
    @inline(__always)
    static func digits(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> Digits? {
        if end - start >= 8, let short = ByteWords.digits(start.loadUnaligned(as: UInt64.self)) {
            return Digits(mantissa: short.number, decimals: short.decimals, end: start + short.count)
        }
        return longDigits(from: start, to: end)
    }

    @inline(never)
    private static func longDigits(from start: UnsafeRawPointer, to end: UnsafeRawPointer) -> Digits? {
        var at = start
        var mantissa: UInt64 = 0
        var pointAt: UnsafeRawPointer?
        while at < end {
            let byte = at.load(as: UInt8.self)
            let digit = byte &- UInt8(ascii: "0")
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else if byte == UInt8(ascii: "."), pointAt == nil {
                pointAt = at
            } else {
                break
            }
            at += 1
        }
        let count = at - start &- (pointAt == nil ? 0 : 1)
        // Eighteen digits cannot overflow, so the comparison with 2^53 holds; their decimals and nine places are at most 22
        // where it holds as well.
        guard count > 0, count <= digitsMax, mantissa <= 1 << 53 else { return nil }
        let decimals = pointAt.map { at - $0 &- 1 } ?? 0
        return decimals <= decimalsMax ? Digits(mantissa: mantissa, decimals: decimals, end: at) : nil
    }

    /// Digits of a number that is read the short way.
    private static let digitsMax = 18
    /// Decimals of a number that is read the short way, so that with a unit's nine they are no more than 22.
    private static let decimalsMax = 13

    /// The number in `range` of `bytes`, its point moved to the left by `places`, at most 9.
    ///
    /// A mantissa below 2^53 with few decimals is exact after one division (Clinger's fast path); what is longer
    /// or has an exponent goes to strtod.
    static func parse(
        _ bytes: Span<UInt8>, _ range: Range<Int>, movedBy places: UInt8 = 0
    ) throws(MalformedReason) -> Double {
        guard !range.isEmpty else { throw .badValue }
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        let isSigned = isNegative || bytes[range.lowerBound] == UInt8(ascii: "+")
        let short = bytes.extracting(range).withUnsafeBytes { bytes -> Double? in
            guard let start = bytes.baseAddress else { return nil }
            let end = start + bytes.count
            guard let digits = digits(from: start + (isSigned ? 1 : 0), to: end), digits.end == end else { return nil }
            return digits.value(movedBy: places)
        }
        guard let short else { return try parseSlowly(bytes, range) / powersOfTen[Int(places)] }
        return isNegative ? -short : short
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
