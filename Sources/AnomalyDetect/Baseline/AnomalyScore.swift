internal import Glibc

/// One number of several: the weighted geometric mean of residuals beside their thresholds.
///
/// A value has to be unusual in every respect. Beside the day's course alone, whatever shifts it looks unusual; beside
/// the last half hour alone, whatever the day always brings does.
struct AnomalyScore: Sendable, Equatable {
    /// Beyond this a single value counts only so much more: a lone spike, however high, says less than several values.
    private static let cap = 1.2
    private static let capExponent = 0.2
    /// How much the mean of the last values counts, in the exponent.
    private static let memoryWeight = 0.15
    /// So that 1 is where F1 is best.
    static let gain = 1.7

    /// Of the values learned last; the newest first.
    private var recent = SIMD4<Double>.zero

    init() {}

    /// Goes on with what `memory` was.
    init(memory: [Double]) {
        for (place, value) in memory.prefix(SIMD4<Double>.scalarCount).enumerated() { recent[place] = value }
    }

    var memory: [Double] { (0..<SIMD4<Double>.scalarCount).map { recent[$0] } }

    /// The exponents of residuals beside the season and beside the last half hour; that beside the week has 1 as well.
    private static let seasonalWeight = 0.8

    /// The mean of three kinds of residuals divided by their thresholds, as far as it counts.
    ///
    /// - Parameter weekly: nil while the week is not known.
    static func mean(_ seasonal: Double, _ local: Double, _ weekly: Double? = nil) -> Double {
        guard seasonal > 0, local > 0, weekly != 0 else { return 0 }
        let mean = weightedMean(seasonal, local, weekly)
        return mean <= cap ? mean : cap * pow(mean / cap, capExponent)
    }

    /// The weighted geometric mean of positive numbers.
    static func weightedMean(_ seasonal: Double, _ local: Double, _ weekly: Double?) -> Double {
        let sum = seasonalWeight * log(seasonal) + log(weekly.map { local * $0 } ?? local)
        return exp(sum / (seasonalWeight + (weekly == nil ? 1 : 2)))
    }

    /// - Parameter value: a mean from above.
    func score(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        let mean = (value + recent.sum()) / Double(SIMD4<Double>.scalarCount + 1)
        return Self.gain * value * pow(mean / value, Self.memoryWeight)
    }

    mutating func add(_ value: Double) { recent = SIMD4(value, recent[0], recent[1], recent[2]) }
}
