/// The moments of a window in progress: sums of what the values differ by from the window's first one, which cost a
/// value no division and do not wait for each other.
///
/// As the first value is one of those summed up, what it is off the mean by is in the variance as well: of n values the
/// relative error of the variance is at most some n times that of one addition. Source: Chan, Golub, LeVeque, "Algorithms
/// for Computing the Sample Variance" (shifted data).
struct RunningMoments: Sendable {
    private(set) var count: UInt64 = 0
    private var sum = 0.0
    private var shift = 0.0
    private var differences = 0.0
    private var squaredDifferences = 0.0
    private var minimum = Double.infinity
    private var maximum = -Double.infinity

    @inline(__always)
    mutating func record(_ value: Double) {
        if count == 0 { shift = value }
        count &+= 1
        sum += value
        let difference = value - shift
        differences += difference
        squaredDifferences += difference * difference
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    @inline(__always)
    mutating func record(_ value: Double, weight: UInt64) {
        if count == 0 { shift = value }
        count &+= weight
        let scale = Double(weight)
        sum += value * scale
        let difference = value - shift
        differences += difference * scale
        squaredDifferences += difference * difference * scale
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    /// Records each of `values` once.
    mutating func record(_ values: UnsafeBufferPointer<Double>) {
        guard let first = values.first else { return }
        if count == 0 { shift = first }
        count &+= UInt64(values.count)
        // Four sums that do not wait for each other.
        var sums = SIMD4<Double>()
        var differences = SIMD4<Double>()
        var squares = SIMD4<Double>()
        var lowest = SIMD4(repeating: minimum)
        var highest = SIMD4(repeating: maximum)
        let shifts = SIMD4(repeating: shift)
        var place = 0
        while place &+ 4 <= values.count {
            let four = SIMD4(values[place], values[place &+ 1], values[place &+ 2], values[place &+ 3])
            let difference = four - shifts
            sums += four
            differences += difference
            squares += difference * difference
            lowest.replace(with: four, where: four .< lowest)
            highest.replace(with: four, where: four .> highest)
            place &+= 4
        }
        sum += sums.sum()
        self.differences += differences.sum()
        squaredDifferences += squares.sum()
        minimum = lowest.min()
        maximum = highest.max()
        count &-= UInt64(values.count &- place)
        while place < values.count {
            record(values[place])
            place &+= 1
        }
    }

    /// The moments of what was recorded.
    var moments: ExponentialHistogram.Moments {
        guard count > 0 else { return .empty }
        let meanDifference = differences / Double(count)
        return ExponentialHistogram.Moments(
            count: count, sum: sum, mean: shift + meanDifference,
            squaredDeviations: max(0, squaredDifferences - differences * meanDifference), minimum: minimum,
            maximum: maximum)
    }
}
