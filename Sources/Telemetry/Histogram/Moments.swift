extension ExponentialHistogram {
    /// Count, sum, mean, squared deviations and extremes, which merge apart from the buckets.
    public struct Moments: Sendable, Equatable {
        public var count: UInt64
        public var sum: Double
        public var mean: Double
        public var squaredDeviations: Double
        public var minimum: Double
        public var maximum: Double

        static let empty = Moments(
            count: 0, sum: 0, mean: 0, squaredDeviations: 0, minimum: .infinity, maximum: -.infinity)

        /// Welford's update, with a weight.
        @inline(__always)
        mutating func record(_ value: Double, weight: UInt64) {
            count &+= weight
            let scale = Double(weight)
            sum += value * scale
            let delta = value - mean
            mean += delta * scale / Double(count)
            squaredDeviations += delta * (value - mean) * scale
            if value < minimum { minimum = value }
            if value > maximum { maximum = value }
        }

        /// Chan, Golub and LeVeque's pairwise update.
        mutating func merge(_ other: Moments) {
            guard other.count > 0 else { return }
            let ours = Double(count)
            let theirs = Double(other.count)
            let delta = other.mean - mean
            count &+= other.count
            mean += delta * theirs / Double(count)
            squaredDeviations += other.squaredDeviations + delta * delta * ours * theirs / Double(count)
            sum += other.sum
            minimum = min(minimum, other.minimum)
            maximum = max(maximum, other.maximum)
        }
    }
}
