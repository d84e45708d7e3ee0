extension ExponentialHistogram {
    /// So many parts a classic bucket is spread over at the most.
    static let spreadPartsMax = 320

    /// Counts `count` observations of which only is known that they lie above `lower` and not above `upper`
    /// (0 ≤ lower < upper, finite): they are spread evenly between both.
    ///
    /// A quantile is as exact as the bucket is narrow: it errs by less than `upper / lower` either way, as it does where
    /// quantiles are interpolated in classic buckets. Whole numbers, such as sizes, stay whole.
    public mutating func record(
        spreading count: UInt64, above lower: Double, through upper: Double, isWhole: Bool = false
    ) {
        guard count > 0 else { return }
        let width = upper - lower
        var parts = min(count, UInt64(Self.spreadPartsMax))
        if isWhole { parts = min(parts, UInt64(min(max(width, 1), 1e9))) }
        var done: UInt64 = 0
        for part in 1...parts {
            // Whole observations to each part, none lost by rounding.
            let share = (Double(count) * (Double(part) / Double(parts))).rounded()
            // The largest counts are no whole Doubles: theirs would be one more than fits.
            let through = part == parts ? count : UInt64(exactly: share).map { min($0, count) } ?? count
            let weight = through - done
            guard weight > 0 else { continue }
            done += weight
            let value = lower + width * ((Double(part) - (isWhole ? 0 : 0.5)) / Double(parts))
            record(isWhole ? value.rounded() : value, weight: weight)
        }
    }

    /// Takes `sum` for the sum of all observations, where it is known better than from the buckets: sum and mean are
    /// exact then, whatever the buckets say. The spread around the mean stays.
    public mutating func correct(sum: Double) {
        guard count > 0, sum.isFinite, sum >= 0 else { return }
        replace(sum: sum)
    }
}
