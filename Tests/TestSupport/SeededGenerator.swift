import Glibc

/// SplitMix64: a small generator with a seed, so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 to `bound` - 1; `bound` is positive.
    public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A log-normal value (Box and Muller).
    public mutating func logNormal(median: Double, sigma: Double) -> Double {
        let u = Double.random(in: Double.leastNonzeroMagnitude...1, using: &self)
        let v = Double.random(in: 0...1, using: &self)
        return median * exp(sigma * (-2 * log(u)).squareRoot() * cos(2 * .pi * v))
    }
}
