/// How much a point has to say, from how far it lies off.
enum RobustWeights {
    /// Residuals of so many medians of their magnitude, and larger ones, have no weight (Cleveland et al. 1990, § 2.4).
    static let reachInMedians = 6.0
    /// The standard deviation of a normal distribution, in medians of the magnitude.
    static let deviationsPerMedian = 1.4826

    /// Bisquare weights: (1 − (residual / reach)²)², 0 where there is no value.
    ///
    /// - Parameter floor: the least reach, so that residuals that are but rounding all count.
    /// - Returns: the mean change of the weights.
    static func update(
        _ weights: inout [Double], residuals: [Double], isPresent: [Bool], reachInMedians: Double = reachInMedians,
        floor: Double, scratch: inout [Double]
    ) -> Double {
        let reach = max(
            reachInMedians * Median.ofMagnitudes(residuals, where: isPresent, scratch: &scratch), floor)
        let share = 1 / reach
        var change = 0.0
        for index in weights.indices where isPresent[index] {
            let distance = residuals[index] * share
            let rest = max(0, 1 - distance * distance)
            change += (rest * rest - weights[index]).magnitude
            weights[index] = rest * rest
        }
        return change / Double(max(1, weights.count))
    }
}

/// Medians without sorting.
enum Median {
    /// Of the magnitudes of those that are present; 0 when none is.
    static func ofMagnitudes(_ values: [Double], where isPresent: [Bool], scratch: inout [Double]) -> Double {
        scratch.removeAll(keepingCapacity: true)
        for index in values.indices where isPresent[index] { scratch.append(values[index].magnitude) }
        return of(&scratch)
    }

    /// Puts the values in another order. For an even number of values the mean of the two in the middle. 0 for none.
    static func of(_ values: inout [Double]) -> Double {
        let upper = quantile(0.5, &values)
        guard !values.isEmpty, values.count.isMultiple(of: 2) else { return upper }
        // The selection has left the lower half before the upper one.
        let lower = values[..<(values.count / 2)].reduce(-.infinity, max)
        return lower + (upper - lower) / 2
    }

    /// The value that `share` of the others are below; puts the values in another order. 0 for none. The mirror image of
    /// the values has the mirrored quantiles.
    static func quantile(_ share: Double, _ values: inout [Double]) -> Double {
        guard let last = values.indices.last else { return 0 }
        let rank = share > 0.5 ? last - Int((1 - share) * Double(values.count)) : Int(share * Double(values.count))
        return values.withUnsafeMutableBufferPointer { select(min(max(rank, 0), last), in: $0) }
    }

    /// Hoare's selection; the pivot is the median of three, so that sorted values do not slow it down.
    private static func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Double>) -> Double {
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = middle(values[low], values[(low + high) / 2], values[high])
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return values[rank]
            }
        }
        return values[rank]
    }

    private static func middle(_ a: Double, _ b: Double, _ c: Double) -> Double {
        max(min(a, b), min(max(a, b), c))
    }
}
