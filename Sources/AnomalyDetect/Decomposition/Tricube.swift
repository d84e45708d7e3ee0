/// The weight that local regression gives to a neighbour.
enum Tricube {
    /// (1 − (distance / reach)³)³: 1 at the point itself, 0 from the reach on.
    @inline(__always)
    static func weight(_ distance: Double, reach: Double) -> Double {
        let share = distance.magnitude / reach
        guard share < 1 else { return 0 }
        let rest = 1 - share * share * share
        return rest * rest * rest
    }
}

/// A weighted straight line through points, told by five sums whose positions count from the place where it is evaluated.
struct LineSums {
    /// How far from the centre of its points, in their standard deviations, a line is followed. Within regular windows it
    /// is 2.2 at most; beyond, as at the brink of a gap, the slope would multiply noise.
    static let reachMax = 3.0

    var weight = 0.0
    var position = 0.0
    var square = 0.0
    var value = 0.0
    var product = 0.0

    @inline(__always)
    mutating func add(weight: Double, position: Double, value: Double) {
        let first = weight * position
        self.weight += weight
        self.position += first
        square += first * position
        self.value += weight * value
        product += first * value
    }

    /// The line at position 0; NaN without weight.
    var valueAtOrigin: Double {
        Self.valueAtOrigin(weight: weight, position: position, square: square, value: value, product: product)
    }

    @inline(__always)
    static func valueAtOrigin(
        weight: Double, position: Double, square: Double, value: Double, product: Double, reachMax: Double = reachMax
    ) -> Double {
        let isKnown = weight > 1e-6
        let divisor = isKnown ? weight : 1
        let mean = position / divisor
        let variance = max(square / divisor - mean * mean, 0)
        let isLine = variance > 1e-6
        let slope = (product - mean * value) / divisor / (isLine ? variance : 1)
        let reach = reachMax * variance.squareRoot()
        let step = isLine ? min(max(mean, -reach), reach) : 0
        return isKnown ? value / divisor - slope * step : .nan
    }
}
