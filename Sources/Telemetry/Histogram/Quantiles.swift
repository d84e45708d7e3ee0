extension ExponentialHistogram {
    /// The `quantile` (0…1) with linear interpolation between order statistics (Hyndman and Fan's type 7, the default
    /// of numpy and R); nil when empty.
    ///
    /// Each order statistic is taken as the geometric middle of its bucket and kept within minimum and maximum: at
    /// schema 5 the result is within 1.09 % of the exact one.
    public func quantile(_ quantile: Double) -> Double? {
        guard count > 0 else { return nil }
        let position = min(max(quantile, 0), 1) * Double(count - 1)
        let lowerRank = UInt64(position)
        let share = position - Double(lowerRank)
        let lower = orderStatistic(lowerRank)
        guard share > 0 else { return lower }
        return lower + (orderStatistic(lowerRank + 1) - lower) * share
    }

    /// The value at `rank` (from 0) in ascending order.
    private func orderStatistic(_ rank: UInt64) -> Double {
        if rank == 0 { return minimum }
        if rank >= count - 1 { return maximum }
        var seen = zeroCount
        if rank < seen { return max(minimum, 0) }
        for (offset, bucketCount) in buckets.enumerated() {
            seen &+= bucketCount
            if rank < seen {
                let middle = BucketIndex.midpoint(firstIndex + offset, schema: schema)
                return min(max(middle, minimum), maximum)
            }
        }
        return maximum
    }
}
