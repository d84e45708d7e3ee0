/// Numbers as Prometheus and OpenMetrics read them: `+Inf`, `-Inf`, `NaN`, and the shortest decimal that reads back as
/// the same number.
extension [UInt8] {
    /// Appends `value` in decimal.
    mutating func append(number value: UInt64) {
        guard value >= 10 else {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = value
            var start = 20
            while rest > 0 {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }

    /// Appends `value`; whole numbers without a fraction: `1`, `0.25`, `1e-05`, `2.5e+16`.
    mutating func append(number value: Double) {
        if appendedNonFinite(value) { return }
        let magnitude = value.magnitude
        // Up to 2^53 every whole number is its own shortest decimal.
        guard magnitude <= 0x1p53, magnitude == magnitude.rounded(.towardZero) else {
            append(text: value.description)
            return
        }
        if value.sign == .minus { append(UInt8(ascii: "-")) }
        append(number: UInt64(magnitude))
    }

    /// Appends `value` in the canonical form that OpenMetrics wants for `le`: `1.0`, `0.0025`, `1e+06`, `1e-05`.
    ///
    /// Exponents begin below 1e-4 and at 1e6 and have two digits at least; whole numbers have a fraction.
    mutating func append(canonical value: Double) {
        if appendedNonFinite(value) { return }
        if value.sign == .minus { append(UInt8(ascii: "-")) }
        let decimal = ShortestDecimal(value.magnitude)
        if value == 0 || (-4..<6).contains(decimal.exponent) {
            append(positional: decimal)
        } else {
            append(scientific: decimal)
        }
    }

    private mutating func appendedNonFinite(_ value: Double) -> Bool {
        guard !value.isFinite else { return false }
        append(value.isNaN ? "NaN" : value.sign == .minus ? "-Inf" : "+Inf")
        return true
    }

    private mutating func append(positional decimal: ShortestDecimal) {
        let zero = UInt8(ascii: "0")
        let wholeDigits = decimal.exponent + 1
        if wholeDigits <= 0 {
            append("0.")
            append(contentsOf: repeatElement(zero, count: -wholeDigits))
            append(contentsOf: decimal.digits)
            return
        }
        append(contentsOf: decimal.digits.prefix(wholeDigits))
        append(contentsOf: repeatElement(zero, count: Swift.max(0, wholeDigits - decimal.digits.count)))
        append(UInt8(ascii: "."))
        let fraction = decimal.digits.dropFirst(wholeDigits)
        if fraction.isEmpty { append(zero) } else { append(contentsOf: fraction) }
    }

    private mutating func append(scientific decimal: ShortestDecimal) {
        append(decimal.digits[0])
        if decimal.digits.count > 1 {
            append(UInt8(ascii: "."))
            append(contentsOf: decimal.digits.dropFirst())
        }
        append(decimal.exponent < 0 ? "e-" : "e+")
        let exponent = UInt64(decimal.exponent.magnitude)
        if exponent < 10 { append(UInt8(ascii: "0")) }
        append(number: exponent)
    }
}

/// The fewest decimal digits that read back as the same number.
struct ShortestDecimal: Equatable {
    /// ASCII digits, the first and the last not zero; a single `0` for zero.
    let digits: [UInt8]
    /// The power of ten of the first digit.
    let exponent: Int

    /// `magnitude` is finite and not negative.
    init(_ magnitude: Double) {
        // Swift prints the shortest digits; only their layout is not the one wanted.
        let parts = magnitude.description.split(separator: "e")
        var digits: [UInt8] = []
        var pointPosition: Int?
        for byte in parts[0].utf8 {
            if byte == UInt8(ascii: ".") { pointPosition = digits.count } else { digits.append(byte) }
        }
        var exponent = (pointPosition ?? digits.count) - 1
        if parts.count > 1 { exponent += Int(parts[1]) ?? 0 }
        while digits.count > 1, digits[0] == UInt8(ascii: "0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits[digits.count - 1] == UInt8(ascii: "0") { digits.removeLast() }
        self.digits = digits
        self.exponent = digits == [UInt8(ascii: "0")] ? 0 : exponent
    }
}
