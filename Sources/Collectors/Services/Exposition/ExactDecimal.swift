/// Decimals of up to 64 bits times a small power of ten, as the nearest double.
///
/// A product or quotient of 64-bit numbers is exact in 128 bits with a remainder, so rounding it once gives the nearest
/// double, ties to even: no table of long powers and no search is needed for what people and servers write.
enum ExactDecimal {
    /// 5^27 is the last one below 2^64.
    private static let exponentMax = 27

    /// Powers of ten that a double holds exactly.
    private static let tens: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private static let fives: [UInt64] = (0...exponentMax).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 5 }
    }

    /// `mantissa` times ten to the power of `exponent`; nil where the exponent is beyond ±27.
    @inline(__always)
    static func value(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        // Both operands are exact, so the one operation rounds once (W. Clinger, PLDI 1990).
        if mantissa <= 1 << 53 {
            if exponent == 0 { return Double(mantissa) }
            if exponent < 0, exponent >= -22 { return Double(mantissa) / tens[-exponent] }
        }
        return longValue(mantissa, exponent)
    }

    private static func longValue(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        guard abs(exponent) <= exponentMax else { return nil }
        guard mantissa > 0 else { return 0 }
        let five = fives[abs(exponent)]
        let shift = mantissa.leadingZeroBitCount
        let normal = mantissa << shift
        // The number is `high.low` times 2^power; of `low` only whether it is zero counts.
        if exponent >= 0 {
            let (high, low) = normal.multipliedFullWidth(by: five)
            let lift = high.leadingZeroBitCount
            // `lift` may be 64: the product of a small power fits in the lower half.
            let top = lift == 64 ? low : lift == 0 ? high : high << lift | low >> (64 - lift)
            let isExact = lift == 64 || low << lift == 0
            return rounded(top, isExact: isExact, power: 64 - lift - shift + exponent)
        }
        let lift = five.leadingZeroBitCount
        let (quotient, remainder) = (five << lift).dividingFullWidth((normal >> 1, normal << 63))
        return rounded(quotient, isExact: remainder == 0, power: lift - shift - 63 + exponent)
    }

    /// `bits` times 2^power to the nearest double, ties to even. `bits` has 63 significant bits at least.
    private static func rounded(_ bits: UInt64, isExact: Bool, power: Int) -> Double {
        // The conversion to Double rounds once by itself, when what was cut off is noted in the last bit.
        Double(sign: .plus, exponent: power, significand: Double(isExact ? bits : bits | 1))
    }
}
