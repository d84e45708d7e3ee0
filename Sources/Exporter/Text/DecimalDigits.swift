/// A finite number in decimal: the fewest digits that read back as the same number, or fewer where it was rounded.
struct DecimalDigits: Equatable {
    private(set) var isNegative: Bool
    /// 0 to 9 each; the first and the last are not zero, save for zero itself, which is a single one.
    private(set) var digits: [UInt8]
    /// The power of ten of the first digit.
    var exponent: Int

    /// `value` is finite.
    init(_ value: Double) {
        precondition(value.isFinite)
        isNegative = value.sign == .minus && value != 0
        // Swift prints the fewest digits; only where the point stands differs.
        let parts = value.magnitude.description.split(separator: "e")
        let point = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        digits = parts[0].utf8.compactMap { $0 == UInt8(ascii: ".") ? nil : $0 - UInt8(ascii: "0") }
        exponent = point[0].utf8.count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        trim()
    }

    private mutating func trim() {
        while digits.count > 1, digits.last == 0 { digits.removeLast() }
        while digits.count > 1, digits.first == 0 {
            digits.removeFirst()
            exponent -= 1
        }
        if digits == [0] { exponent = 0 }
    }

    /// With at most `count` digits, a half rounded up.
    func rounded(to count: Int) -> DecimalDigits {
        guard digits.count > count else { return self }
        var result = self
        result.digits.removeLast(digits.count - count)
        if digits[count] >= 5 {
            var place = count - 1
            while place >= 0, result.digits[place] == 9 {
                result.digits[place] = 0
                place -= 1
            }
            if place >= 0 {
                result.digits[place] += 1
            } else {
                result.digits.insert(1, at: 0)
                result.exponent += 1
            }
        }
        result.trim()
        return result
    }

    /// As in `0.0015`, `12` or `1500`; outside 1e-7 ..< 1e16 as `scientific`.
    var plain: String {
        guard (-7..<16).contains(exponent) else { return scientific }
        let whole = exponent < 0 ? "0" : text(digits.prefix(exponent + 1), paddedTo: exponent + 1)
        let zeros = String(repeating: "0", count: max(0, -exponent - 1))
        let fraction = zeros + text(digits.dropFirst(max(0, exponent + 1)), paddedTo: 0)
        let sign = isNegative ? "-" : ""
        return exponent < digits.count - 1 ? "\(sign)\(whole).\(fraction)" : sign + whole
    }

    /// As in `1.5e-01` or `2e+00`: the form of Prometheus' API.
    var scientific: String {
        let fraction = digits.count > 1 ? "." + text(digits.dropFirst(), paddedTo: 0) : ""
        let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
        let sign = isNegative ? "-" : ""
        return "\(sign)\(digits[0])\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
    }

    private func text(_ digits: ArraySlice<UInt8>, paddedTo count: Int) -> String {
        let bytes = digits.map { $0 + UInt8(ascii: "0") }
        let padding = repeatElement(UInt8(ascii: "0"), count: max(0, count - digits.count))
        return String(decoding: bytes + padding, as: UTF8.self)
    }
}

extension Double {
    /// As Prometheus' API writes a value: `1.5e-01`, `+Inf`, `-Inf`, `NaN`.
    var prometheusScientific: String { isFinite ? DecimalDigits(self).scientific : nonFiniteText }

    /// The fewest digits that read back as the same number: `0.15`, `1500`, `+Inf`, `-Inf`, `NaN`.
    var shortestText: String { isFinite ? DecimalDigits(self).plain : nonFiniteText }

    private var nonFiniteText: String { isNaN ? "NaN" : self > 0 ? "+Inf" : "-Inf" }
}
