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
        let decimal = DecimalDigits(value.magnitude)
        if value == 0 || (-4..<6).contains(decimal.exponent) {
            append(positional: decimal)
        } else {
            append(text: decimal.scientific)
        }
    }

    private mutating func appendedNonFinite(_ value: Double) -> Bool {
        guard !value.isFinite else { return false }
        append(value.isNaN ? "NaN" : value.sign == .minus ? "-Inf" : "+Inf")
        return true
    }

    private mutating func append(positional decimal: DecimalDigits) {
        let zero = UInt8(ascii: "0")
        let wholeDigits = decimal.exponent + 1
        if wholeDigits <= 0 {
            append("0.")
            append(contentsOf: repeatElement(zero, count: -wholeDigits))
            append(digits: decimal.digits[...])
            return
        }
        append(digits: decimal.digits.prefix(wholeDigits))
        append(contentsOf: repeatElement(zero, count: Swift.max(0, wholeDigits - decimal.digits.count)))
        append(UInt8(ascii: "."))
        let fraction = decimal.digits.dropFirst(wholeDigits)
        if fraction.isEmpty { append(zero) } else { append(digits: fraction) }
    }

    private mutating func append(digits: ArraySlice<UInt8>) {
        for digit in digits { append(UInt8(ascii: "0") + digit) }
    }
}
