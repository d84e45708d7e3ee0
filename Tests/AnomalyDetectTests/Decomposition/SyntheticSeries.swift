import TestSupport

#if canImport(Glibc)
    import Glibc
#endif

/// A series of known parts: half-hours with a daily and a weekly season, a slow trend and noise.
struct SyntheticSeries {
    static let day = 48
    static let week = 7 * day
    static let noise = 0.05

    var values: [Double] = []
    /// Without noise and without anything that a test adds later.
    private(set) var trend: [Double] = []
    private(set) var daily: [Double] = []
    private(set) var weekly: [Double] = []

    init(days: Int = 28, noise: Double = Self.noise, hasWeek: Bool = true, seed: UInt64 = 1) {
        var generator = SeededGenerator(seed: seed)
        for index in 0..<(days * Self.day) {
            let angle = 2 * Double.pi * Double(index) / Double(Self.day)
            trend.append(3 + 0.0003 * Double(index) + 0.1 * sin(angle / 50))
            daily.append(0.4 * sin(angle) + 0.2 * cos(2 * angle))
            let isWeekend = index % Self.week >= 5 * Self.day
            weekly.append(hasWeek ? (isWeekend ? -0.5 : 0.2) : 0)
            values.append(trend[index] + daily[index] + weekly[index] + noise * generator.normal())
        }
    }

    /// The trend and both seasons.
    var signal: [Double] { values.indices.map { trend[$0] + daily[$0] + weekly[$0] } }

    mutating func add(_ change: Double, to range: Range<Int>) {
        for index in range { values[index] += change }
    }

    mutating func remove(_ range: Range<Int>) {
        for index in range { values[index] = .nan }
    }
}

extension SeededGenerator {
    /// About normal, deviation 1, never beyond 6.
    mutating func normal() -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double(next() >> 11) / 9_007_199_254_740_992 }
    }
}

/// The root of the mean square of what two series differ by, where both are numbers.
func deviation(_ a: [Double], _ b: [Double]) -> Double {
    let squares = zip(a, b).map { ($0 - $1) * ($0 - $1) }.filter { !$0.isNaN }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
}

/// The largest magnitude of what two series differ by, where both are numbers.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { ($0 - $1).magnitude }.filter { !$0.isNaN }.max() ?? .nan
}
