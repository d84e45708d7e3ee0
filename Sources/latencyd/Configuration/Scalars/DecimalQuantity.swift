/// A decimal number with a unit, as written: `2.5ms`, `512MB`.
struct DecimalQuantity {
    /// More digits than this are not taken, so that the mantissa fits an `Int`.
    static let digitsMax = 18

    /// The digits as one integer, the point left out.
    var mantissa: Int
    /// How many of the digits stand behind the point.
    var fractionDigits: Int
    /// What follows the number; empty without a unit.
    var unit: Substring

    /// Nil when `text` does not begin with a number of at most 18 digits.
    init?(_ text: String) {
        var digits = ""
        var fractionDigits = 0
        var rest = text[...]
        digits += rest.prefix { $0.utf8.allSatisfy(\.isDigit) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix { $0.utf8.allSatisfy(\.isDigit) }
            guard !fraction.isEmpty else { return nil }
            fractionDigits = fraction.count
            digits += fraction
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard digits.count <= Self.digitsMax, let mantissa = Int(digits) else { return nil }
        self.mantissa = mantissa
        self.fractionDigits = fractionDigits
        unit = rest
    }

    /// The quantity in multiples of one, where its unit is `scale` ones.
    func scaled(by scale: Int) -> Scaled {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: scale)
        guard !overflow else { return .tooLarge }
        var divisor = 1
        for _ in 0..<fractionDigits { divisor *= 10 }
        return product.isMultiple(of: divisor) ? .exactly(product / divisor) : .tooFine
    }

    enum Scaled: Equatable {
        case exactly(Int)
        case tooLarge
        /// There is a remainder below one.
        case tooFine
    }
}
