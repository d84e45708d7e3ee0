/// A histogram of non-negative values with base-2 exponential buckets, and their count, sum, mean, variance,
/// minimum and maximum.
///
/// Buckets lie densely between the lowest and the highest one used. When that span would exceed `bucketLimit`, the
/// resolution is halved as often as needed; merging and halving are exact. See `BucketIndex` for the bounds.
public struct ExponentialHistogram: Sendable, Equatable {
    /// Buckets a histogram may span: 20 powers of two at schema 5, for example 1 µs to 1 s or 1 ms to 1,000 s.
    public static let bucketLimitDefault = 640

    /// The resolution: 2^schema buckets per power of two, 5 at first.
    public private(set) var schema: Int
    /// The largest number of buckets from the lowest to the highest one used.
    public let bucketLimit: Int
    /// Count, sum, mean, squared deviations and extremes.
    public private(set) var moments = Moments.empty
    /// Observations at or below `BucketIndex.zeroThreshold`.
    public private(set) var zeroCount: UInt64 = 0
    /// The bucket index of `buckets[0]`.
    public private(set) var firstIndex: Int = 0
    /// Observations per bucket, from `firstIndex` on.
    public private(set) var buckets: [UInt64] = []

    public init(schema: Int = BucketIndex.schemaMax, bucketLimit: Int = bucketLimitDefault) {
        precondition((BucketIndex.schemaMin...BucketIndex.schemaMax).contains(schema))
        precondition(bucketLimit >= 160, "160 buckets hold every Double at the coarsest schema")
        self.schema = schema
        self.bucketLimit = bucketLimit
    }

    public var isEmpty: Bool { count == 0 }

    /// The population variance; 0 for fewer than two observations.
    public var variance: Double { count > 1 ? max(0, squaredDeviations / Double(count)) : 0 }

    /// The population standard deviation.
    public var standardDeviation: Double { variance.squareRoot() }

    /// Counts `value`, which must be finite and not negative, `weight` times.
    public mutating func record(_ value: Double, weight: UInt64 = 1) {
        record(value, weight: weight, index: BucketIndex.atSchemaMax(value))
    }

    /// As `record(_:weight:)`, with the value's bucket at schema 5 known already.
    mutating func record(_ value: Double, weight: UInt64, index indexAtSchemaMax: Int) {
        moments.record(value, weight: weight)
        if value <= BucketIndex.zeroThreshold {
            zeroCount &+= weight
            return
        }
        let steps = BucketIndex.schemaMax - schema
        let index = steps == 0 ? indexAtSchemaMax : BucketIndex.downscaled(indexAtSchemaMax, steps: steps)
        add(weight, toBucket: index)
    }

    /// Adds `other`'s observations; the result has the coarser of both resolutions, or a coarser one if the span
    /// asks for it.
    public mutating func merge(_ other: ExponentialHistogram) {
        guard other.count > 0 else { return }
        mergeMoments(other.moments)
        addBuckets(of: other)
    }

    /// Empties the histogram and takes the finest resolution again; memory is kept for the next observations.
    public mutating func reset() {
        schema = BucketIndex.schemaMax
        moments = .empty
        zeroCount = 0
        firstIndex = 0
        buckets.removeAll(keepingCapacity: true)
    }

    /// Halves the resolution `steps` times.
    public mutating func downscale(steps: Int) {
        precondition(steps >= 0 && schema - steps >= BucketIndex.schemaMin)
        guard steps > 0 else { return }
        schema -= steps
        guard !buckets.isEmpty else { return }
        let first = BucketIndex.downscaled(firstIndex, steps: steps)
        let last = BucketIndex.downscaled(firstIndex + buckets.count - 1, steps: steps)
        var coarse = [UInt64](repeating: 0, count: last - first + 1)
        for (offset, bucketCount) in buckets.enumerated() {
            coarse[BucketIndex.downscaled(firstIndex + offset, steps: steps) - first] &+= bucketCount
        }
        firstIndex = first
        buckets = coarse
    }

    /// Adds to one bucket at the present schema, growing or coarsening the span as needed.
    mutating func add(_ weight: UInt64, toBucket bucket: Int) {
        let position = bucket &- firstIndex
        if position >= 0, position < buckets.count {
            buckets[position] &+= weight
        } else {
            addOutside(weight, bucket)
        }
    }

    private mutating func addOutside(_ weight: UInt64, _ bucket: Int) {
        var index = bucket
        if buckets.isEmpty {
            firstIndex = index
            buckets.append(weight)
            return
        }
        var first = min(firstIndex, index)
        var last = max(firstIndex + buckets.count - 1, index)
        var steps = 0
        while last - first >= bucketLimit {
            steps += 1
            first = BucketIndex.downscaled(min(firstIndex, bucket), steps: steps)
            last = BucketIndex.downscaled(max(firstIndex + buckets.count - 1, bucket), steps: steps)
        }
        if steps > 0 {
            downscale(steps: steps)
            index = BucketIndex.downscaled(bucket, steps: steps)
        }
        grow(toHold: index)
        buckets[index - firstIndex] &+= weight
    }

    /// Makes room for the buckets in `range`, where they fit: adding to one after the other would make it piece by piece.
    mutating func reserve(_ range: ClosedRange<Int>) {
        guard !buckets.isEmpty else {
            guard range.count <= bucketLimit else { return }
            firstIndex = range.lowerBound
            buckets = [UInt64](repeating: 0, count: range.count)
            return
        }
        let last = max(firstIndex + buckets.count - 1, range.upperBound)
        guard last - min(firstIndex, range.lowerBound) < bucketLimit else { return }
        grow(toHold: range.lowerBound)
        grow(toHold: range.upperBound)
    }

    /// As `reserve`, for buckets of the finest resolution.
    mutating func reserveAtSchemaMax(_ range: ClosedRange<Int>) {
        let steps = BucketIndex.schemaMax - schema
        reserve(
            BucketIndex.downscaled(
                range.lowerBound, steps: steps)...BucketIndex.downscaled(
                    range.upperBound, steps: steps))
    }

    private mutating func grow(toHold index: Int) {
        if index < firstIndex {
            buckets.insert(contentsOf: repeatElement(0, count: firstIndex - index), at: 0)
            firstIndex = index
        } else if index >= firstIndex + buckets.count {
            buckets.append(contentsOf: repeatElement(0, count: index - firstIndex - buckets.count + 1))
        }
    }
}

// MARK: - Moments

extension ExponentialHistogram {
    /// Observations, weights taken into account.
    public var count: UInt64 { moments.count }
    /// The sum of all observations.
    public var sum: Double { moments.sum }
    /// The arithmetic mean; 0 when empty.
    public var mean: Double { moments.mean }
    /// The sum of squared distances from the mean (Welford's M2).
    public var squaredDeviations: Double { moments.squaredDeviations }
    /// The smallest observation; +inf when empty.
    public var minimum: Double { moments.minimum }
    /// The largest observation; -inf when empty.
    public var maximum: Double { moments.maximum }

    mutating func mergeMoments(_ other: Moments) { moments.merge(other) }

    mutating func replace(sum: Double) {
        moments.sum = sum
        moments.mean = sum / Double(count)
    }

    /// Counts `weight` in a bucket of the finest resolution. Moments stay: they are known apart from it.
    mutating func add(_ weight: UInt64, toBucketAtSchemaMax index: Int) {
        add(weight, toBucket: BucketIndex.downscaled(index, steps: BucketIndex.schemaMax - schema))
    }

    /// Adds the buckets of `other`, and not its moments.
    mutating func addBuckets(of other: ExponentialHistogram) {
        zeroCount &+= other.zeroCount
        if other.schema < schema { downscale(steps: schema - other.schema) }
        for (offset, bucketCount) in other.buckets.enumerated() where bucketCount > 0 {
            // The schema may coarsen while buckets are added.
            let index = BucketIndex.downscaled(other.firstIndex + offset, steps: other.schema - schema)
            add(bucketCount, toBucket: index)
        }
    }

    mutating func addZeros(_ weight: UInt64) { zeroCount &+= weight }
}
