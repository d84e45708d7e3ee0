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

    /// What is left where nobody knows since when its counters have counted: the value now; nil where that is nothing.
    var uncounted: SignalReading? {
        switch value {
        case .number: self
        case .increase: SignalReading(signal, labels, .increase(0))
        case .distribution, .buckets: nil
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
    /// Those that the server states itself, in a summary.
    public var quantiles: StatedQuantiles
    /// Whether it was counted over so long a time that it is not of the trailing minute.
    public var isLate = false

    public init(
        count: Double, sum: Double, bounds: [Double] = [], counts: [UInt64] = [],
        quantiles: StatedQuantiles = StatedQuantiles()
    ) {
        self.count = count
        self.sum = sum
        self.bounds = bounds
        self.counts = counts
        self.quantiles = quantiles
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
        quantiles.add(other.quantiles)
        isLate = isLate || other.isLate
        if counts.isEmpty {
            bounds = other.bounds
            counts = other.counts
        } else if other.bounds == bounds {
            for index in counts.indices { counts[index] &+= other.counts[index] }
        }
    }
}

/// Quantiles as a server states them, in base units; nil where it does not, or where nothing was observed.
public struct StatedQuantiles: Sendable, Equatable {
    public var p50: Double?
    public var p95: Double?
    public var p99: Double?

    public init(p50: Double? = nil, p95: Double? = nil, p99: Double? = nil) {
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
    }

    public var isEmpty: Bool { p50 == nil && p95 == nil && p99 == nil }

    /// Takes the value of a sample whose label `quantile` is `quantile`, where it is one of these.
    mutating func take(_ value: Double, quantile: Double) {
        guard value.isFinite, value >= 0 else { return }
        switch quantile {
        case 0.5: p50 = value
        case 0.95: p95 = value
        case 0.99: p99 = value
        default: break
        }
    }

    /// Adds another series of the same model. Quantiles cannot be added up: the largest is that of the slowest part.
    mutating func add(_ other: StatedQuantiles) {
        p50 = Self.largest(p50, other.p50)
        p95 = Self.largest(p95, other.p95)
        p99 = Self.largest(p99, other.p99)
    }

    private static func largest(_ one: Double?, _ other: Double?) -> Double? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }
}
