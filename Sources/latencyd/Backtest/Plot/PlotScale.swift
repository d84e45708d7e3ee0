import Glibc

/// Where the values of a plot stand on its height, and where lines across it are drawn.
struct PlotScale: Equatable {
    private(set) var least: Double
    private(set) var largest: Double
    /// Whether equal factors, not equal differences, are equally far apart.
    private(set) var isLogarithmic: Bool
    private let top: Double
    private let bottom: Double

    /// A logarithmic one where all values are positive and the largest is more than this many times the middle one:
    /// else one peak would press all others flat.
    private static let ratioMax = 20.0

    /// - Parameters:
    ///   - middle: of the values.
    ///   - top: where the largest value stands.
    ///   - bottom: where the least one stands.
    init(least: Double, largest: Double, middle: Double, top: Double, bottom: Double) {
        isLogarithmic = least > 0 && largest > Self.ratioMax * middle
        self.top = top
        self.bottom = bottom
        if isLogarithmic {
            self.least = least / 1.1
            self.largest = min(largest * 1.1, .greatestFiniteMagnitude)
            return
        }
        // Halved, so that the difference of the largest numbers is one.
        let half = largest / 2 - least / 2
        let margin = half > 0 ? half * 0.1 : max(abs(largest) * 0.05, 1e-9)
        self.least = max(least - margin, -.greatestFiniteMagnitude)
        self.largest = min(largest + margin, .greatestFiniteMagnitude)
        // Without a distance to zero what is never negative would seem to be.
        if least >= 0, self.least < 0 { self.least = 0 }
    }

    /// Beyond the ends as at the ends.
    func height(of value: Double) -> Double {
        let held = min(max(value, least), largest)
        let share =
            isLogarithmic
            ? (log(held) - log(least)) / (log(largest) - log(least))
            : (held / 2 - least / 2) / (largest / 2 - least / 2)
        return bottom - share * (bottom - top)
    }

    /// Round values to draw lines at.
    var lines: [Double] { isLogarithmic ? powers : steps }

    private var powers: [Double] {
        let exponents = Int(log10(least).rounded(.up))...max(Int(log10(least).rounded(.up)), Int(log10(largest)))
        return exponents.flatMap { exponent in [1.0, 3].map { $0 * pow(10, Double(exponent)) } }
            .filter { $0 >= least && $0 <= largest }
    }

    private var steps: [Double] {
        let raw = (largest / 5) - (least / 5)
        let magnitude = pow(10, floor(log10(raw)))
        guard magnitude > 0, magnitude.isFinite else { return [] }
        let step = [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= raw } ?? magnitude
        let first = (least / step).rounded(.up)
        return (0...6).map { (first + Double($0)) * step }.filter { $0 <= largest }
    }
}
