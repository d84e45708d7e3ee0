internal import Glibc

/// The scale on which values are compared: logarithmic where they cannot be negative, as latencies are, else linear.
///
/// The inverse hyperbolic sine is the logarithm for values well above `knee` and linear near 0, so that a value of 0
/// needs no exception and noise close to it is not blown up.
struct ValueScale: Sendable, Equatable {
    /// The part of the usual value at which the scale turns from linear to logarithmic.
    private static let kneePart = 0.2

    /// 0 for a linear scale.
    let knee: Double

    /// - Parameter values: the first ones of a series, at least one.
    init(_ values: [Double]) {
        let sizes = values.map(abs).sorted()
        let usual = sizes[sizes.count / 2]
        let isPositive = values.allSatisfy { $0 >= 0 }
        let knee = isPositive ? usual * Self.kneePart : 0
        // Far below it quotients would have no room.
        self.knee = knee > 1e-100 ? knee : 0
    }

    init(knee: Double) { self.knee = knee }

    var isLogarithmic: Bool { knee > 0 }

    func scaled(_ value: Double) -> Double { knee > 0 ? asinh(value / knee) : value }

    func value(_ scaled: Double) -> Double {
        guard knee > 0 else { return scaled }
        // Nothing is expected below 0 where there never was anything.
        return scaled <= 0 ? 0 : sinh(min(scaled, 600)) * knee
    }
}
