/// Averages a season over neighbouring phases, but leaves as it is what stands out of the noise.
struct PhaseMean {
    /// What differs from the mean of its neighbours by more standard deviations of such differences is no noise.
    static let noiseReach = 4.0

    private let half: Int

    /// - Parameter window: how many points are averaged, odd.
    init(window: Int) { half = window / 2 }

    /// - Parameters:
    ///   - values: `count` numbers, which are averaged.
    ///   - means, clipped: room for `count` numbers.
    func smooth(
        _ values: UnsafeMutablePointer<Double>, count: Int, means: UnsafeMutablePointer<Double>,
        clipped: UnsafeMutablePointer<Double>, scratch: inout [Double]
    ) {
        average(values, count, into: means)
        let reach = Self.noiseReach * Self.noise(values, means, count, &scratch)
        // Once more without the peaks, so that their neighbours do not inherit a share of them.
        for index in 0..<count {
            clipped[index] = means[index] + min(max(values[index] - means[index], -reach), reach)
        }
        average(clipped, count, into: means)
        for index in 0..<count where (values[index] - means[index]).magnitude <= reach { values[index] = means[index] }
    }

    /// The standard deviation of the differences without the largest ones; from every seventh of many.
    private static func noise(
        _ values: UnsafePointer<Double>, _ means: UnsafePointer<Double>, _ count: Int, _ scratch: inout [Double]
    ) -> Double {
        scratch.removeAll(keepingCapacity: true)
        for index in stride(from: 0, to: count, by: count > 8_192 ? 7 : 1) {
            scratch.append((values[index] - means[index]).magnitude)
        }
        return RobustWeights.deviationsPerMedian * Median.of(&scratch)
    }

    /// Means over `half` points to both sides, over fewer at the ends.
    private func average(_ values: UnsafePointer<Double>, _ count: Int, into means: UnsafeMutablePointer<Double>) {
        let half = min(half, count)
        var sum = 0.0
        for index in 0..<half { sum += values[index] }
        for index in 0..<count {
            if index + half < count { sum += values[index + half] }
            if index - half > 0 { sum -= values[index - half - 1] }
            means[index] = sum / Double(min(index + half, count - 1) - max(index - half, 0) + 1)
        }
    }
}
