/// Smooths evenly spaced points by local lines with tricube weights (LOESS of degree 1, Cleveland 1979) in a time that
/// does not depend on the window.
///
/// The points are first put together in bins of one part in `binsPerWindow` of the window, and the line is found at
/// `knotsPerWindow` places in a window, straight between. Small windows have bins of one point and a knot at each.
struct LocalRegression {
    static let binsPerWindow = 96
    static let knotsPerWindow = 24

    private let count: Int
    private let window: Int
    private let binSize: Int
    private let knotStep: Int
    private var binWeights: [Double]
    private var binPositions: [Double]
    private var binValues: [Double]
    private var knots: [Double]

    /// - Parameter window: how many neighbours have a weight, at least 3; when more than there are, all of them do, and
    ///   the farther ones more than else.
    init(count: Int, window: Int) {
        self.count = count
        self.window = window
        let effective = min(window, count)
        binSize = max(1, effective / Self.binsPerWindow)
        knotStep = max(1, effective / Self.knotsPerWindow)
        let bins = (count + binSize - 1) / binSize
        binWeights = Array(repeating: 0, count: bins)
        binPositions = binWeights
        binValues = binWeights
        knots = Array(repeating: 0, count: (count + knotStep - 2) / knotStep + 1)
    }

    /// - Parameters:
    ///   - values: `count` numbers, finite where their weight is not 0.
    ///   - weights: `count` numbers from 0 to 1; nil for all 1.
    ///   - smoothed: room for `count` numbers, which may be that of the values; 0 throughout when nothing has a weight.
    mutating func smooth(
        _ values: UnsafePointer<Double>, weights: UnsafePointer<Double>?, into smoothed: UnsafeMutablePointer<Double>
    ) {
        if let weights { fillBins(values, weights) } else { fillBins(values) }
        for knot in knots.indices { knots[knot] = line(at: position(ofKnot: knot)) }
        knots.withUnsafeMutableBufferPointer { Gaps.bridge($0) }
        for knot in 0..<(knots.count - 1) {
            let begin = position(ofKnot: knot)
            let end = position(ofKnot: knot + 1)
            let slope = (knots[knot + 1] - knots[knot]) / Double(end - begin)
            for index in begin..<end { smoothed[index] = knots[knot] + slope * Double(index - begin) }
        }
        smoothed[count - 1] = knots[knots.count - 1]
    }

    private func position(ofKnot knot: Int) -> Int { min(knot * knotStep, count - 1) }

    private mutating func fillBins(_ values: UnsafePointer<Double>) {
        for bin in binWeights.indices {
            let begin = bin * binSize
            let end = min(begin + binSize, count)
            var sum = 0.0
            for index in begin..<end { sum += values[index] }
            binWeights[bin] = Double(end - begin)
            binPositions[bin] = Double(begin + end - 1) / 2
            binValues[bin] = sum / Double(end - begin)
        }
    }

    private mutating func fillBins(_ values: UnsafePointer<Double>, _ weights: UnsafePointer<Double>) {
        for bin in binWeights.indices {
            let begin = bin * binSize
            let end = min(begin + binSize, count)
            var weight = 0.0
            var position = 0.0
            var value = 0.0
            for index in begin..<end {
                weight += weights[index]
                position += weights[index] * Double(index - begin)
                value += weights[index] * values[index]
            }
            binWeights[bin] = weight
            binPositions[bin] = weight > 0 ? Double(begin) + position / weight : Double(begin)
            binValues[bin] = weight > 0 ? value / weight : 0
        }
    }

    /// The line at a point, through the bins of its window; NaN when none of them has a weight.
    private func line(at index: Int) -> Double {
        let (reach, first, last) = reach(of: index)
        let origin = Double(index)
        // In units of the reach, so that the sums keep their precision.
        let unit = 1 / reach
        var sums = LineSums()
        for bin in (first / binSize)...(last / binSize) {
            let position = (binPositions[bin] - origin) * unit
            sums.add(
                weight: binWeights[bin] * Tricube.weight(position, reach: 1), position: position, value: binValues[bin])
        }
        return sums.valueAtOrigin
    }

    /// How far the window of a point reaches, and its first and last point.
    private func reach(of index: Int) -> (Double, Int, Int) {
        if window >= count {
            let reach = max(index, count - 1 - index) + (window - count) / 2
            return (Double(max(reach, 1)), 0, count - 1)
        }
        let first = min(max(index - (window - 1) / 2, 0), count - window)
        let last = first + window - 1
        return (Double(max(index - first, last - index)), first, last)
    }
}
