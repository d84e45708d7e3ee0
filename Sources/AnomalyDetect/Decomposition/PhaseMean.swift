/// Averages a season over neighbouring phases, but leaves as it is what stands out of the noise.
struct PhaseMean {
    /// What differs from the mean of its neighbours by more standard deviations of such differences is no noise.
    static let noiseReach = 4.0

    private let half: Int
    private var clipped: [Double]
    private var means: [Double]
    private var scratch: [Double] = []

    /// - Parameter window: how many points are averaged, odd.
    init(count: Int, window: Int) {
        half = window / 2
        clipped = Array(repeating: 0, count: count)
        means = clipped
    }

    mutating func smooth(_ values: inout [Double]) {
        Self.mean(values, half, into: &means)
        for index in values.indices { clipped[index] = values[index] - means[index] }
        let reach = Self.noiseReach * noise()
        // Once more without the peaks, so that their neighbours do not inherit a share of them.
        for index in values.indices { clipped[index] = means[index] + min(max(clipped[index], -reach), reach) }
        Self.mean(clipped, half, into: &means)
        for index in values.indices where (values[index] - means[index]).magnitude <= reach {
            values[index] = means[index]
        }
    }

    /// The standard deviation of the differences without the largest ones, from every eighth of them.
    private mutating func noise() -> Double {
        scratch.removeAll(keepingCapacity: true)
        for index in stride(from: 0, to: clipped.count, by: clipped.count > 8_192 ? 7 : 1) {
            scratch.append(clipped[index].magnitude)
        }
        return RobustWeights.deviationsPerMedian * Median.of(&scratch)
    }

    /// Means over `half` points to both sides, over fewer at the ends.
    private static func mean(_ values: [Double], _ half: Int, into means: inout [Double]) {
        var sum = 0.0
        for index in 0..<min(half, values.count) { sum += values[index] }
        for index in values.indices {
            if index + half < values.count { sum += values[index + half] }
            if index - half > 0 { sum -= values[index - half - 1] }
            means[index] = sum / Double(min(index + half, values.count - 1) - max(index - half, 0) + 1)
        }
    }
}
