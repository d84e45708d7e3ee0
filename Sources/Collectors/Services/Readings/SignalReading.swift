public import Telemetry

/// One signal of one model in one round.
public struct SignalReading: Sendable, Equatable {
    public var signal: ServiceSignal
    /// Without `service` and `profile`: the model, or what a query's answer has.
    public var labels: LabelSet
    public var value: Value

    public enum Value: Sendable, Equatable {
        /// The value now, in base units; of durations and sizes the mean over the interval.
        case number(Double)
        /// What was counted since the round before.
        case increase(Double)
        /// What was observed since the round before.
        case distribution(IntervalDistribution)
        /// The same, for a histogram beside a mean that stands elsewhere.
        case buckets(IntervalDistribution)
    }

    public init(_ signal: ServiceSignal, _ labels: LabelSet, _ value: Value) {
        self.signal = signal
        self.labels = labels
        self.value = value
    }

    /// What is shown as a gauge; nil where nothing was observed, and of what is counted.
    var mean: Double? {
        switch value {
        case .number(let number): number
        case .distribution(let distribution): distribution.mean
        case .increase, .buckets: nil
        }
    }

    /// Of a distribution its buckets, nil where there are none.
    var bucketsAlone: SignalReading? {
        guard case .distribution(let distribution) = value, !distribution.counts.isEmpty else { return nil }
        return SignalReading(signal, labels, .buckets(distribution))
    }
}

/// What a histogram or summary observed in one interval, in base units.
public struct IntervalDistribution: Sendable, Equatable {
    public var count: Double
    public var sum: Double
    /// Upper bounds, ascending, without +Inf; empty where the server gives no buckets.
    public var bounds: [Double]
    /// Observations at or below each bound and above the one before it; one more than `bounds`.
    public var counts: [UInt64]

    public init(count: Double, sum: Double, bounds: [Double] = [], counts: [UInt64] = []) {
        self.count = count
        self.sum = sum
        self.bounds = bounds
        self.counts = counts
    }

    /// nil when nothing was observed.
    public var mean: Double? { count > 0 ? sum / count : nil }

    /// Observations in the buckets, which are fewer where some of the series gave none.
    var countInBuckets: Double { counts.reduce(0) { $0 + Double($1) } }

    /// The sum as the buckets have it; what lies above all bounds counts as the highest one.
    var sumOfMiddles: Double {
        zip(counts.indices, counts).reduce(0) { sum, entry in
            let upper = entry.0 < bounds.count ? bounds[entry.0] : bounds.last ?? 0
            let lower = entry.0 == 0 ? min(0, upper) : bounds[entry.0 - 1]
            return sum + Double(entry.1) * (lower + upper) / 2
        }
    }

    /// Adds another series of the same model. Buckets of other bounds are lost; the mean is not.
    mutating func add(_ other: IntervalDistribution) {
        count += other.count
        sum += other.sum
        if counts.isEmpty {
            bounds = other.bounds
            counts = other.counts
        } else if other.bounds == bounds {
            for index in counts.indices { counts[index] &+= other.counts[index] }
        }
    }
}
