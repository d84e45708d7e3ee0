/// Numbers as they stand in files: decimals with a point and an exponent. Hexadecimal ones, which `Double` reads, are
/// none.
enum DecimalText {
    /// The finite or infinitely large number that `field` is, with spaces around it; nil for anything else.
    static func number(_ field: ArraySlice<UInt8>) -> Double? {
        let digits = trimmed(field)
        if let short = shortNumber(digits) { return short }
        guard digits.contains(where: \.isDigit), digits.allSatisfy(isOfNumber) else { return nil }
        return Double(String(decoding: digits, as: UTF8.self))
    }

    /// Whether `field` says that there is no value: nothing, `NaN`, `NA`, `null`, or an infinity.
    static func isMissing(_ field: ArraySlice<UInt8>) -> Bool {
        let word = trimmed(field)
        guard !word.isEmpty else { return true }
        let name = String(decoding: word, as: UTF8.self).lowercased()
        return ["nan", "na", "null", "none", "inf", "+inf", "-inf"].contains(name)
    }

    static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let first = field.firstIndex(where: { !isSpace($0) }), let last = field.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return field[first...last]
    }

    /// Powers of ten that a double holds exactly.
    private static let tens: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { ten, _ in ten * 10 } }

    /// What nearly all numbers are: an integer below 2^53 and at most 22 digits behind the point, both exact, so that
    /// one division rounds once.
    private static func shortNumber(_ digits: ArraySlice<UInt8>) -> Double? {
        var mantissa: UInt64 = 0
        var count = 0
        var fractionCount: Int?
        var isNegative = false
        for (place, byte) in digits.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard count < 15 else { return nil }
                mantissa = mantissa * 10 + UInt64(byte & 15)
                count += 1
                if fractionCount != nil { fractionCount! += 1 }
            case UInt8(ascii: ".") where fractionCount == nil && count > 0: fractionCount = 0
            case UInt8(ascii: "-") where place == 0: isNegative = true
            default: return nil
            }
        }
        guard count > 0 else { return nil }
        let magnitude = Double(mantissa) / tens[fractionCount ?? 0]
        return isNegative ? -magnitude : magnitude
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

/// Numbers for people and files.
enum TextOf {
    /// The shortest decimal that reads back as the same number; whole ones without a fraction. Nothing for NaN.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "" : value > 0 ? "inf" : "-inf" }
        if value == value.rounded(), abs(value) < 0x1p53 { return String(Int(value)) }
        return value.description
    }
}
