/// What one timing did over the trailing minute.
public struct WindowSummary: Sendable, Equatable {
    /// Observations, sample rates taken into account; nil when another program stated the statistics and not of how many
    /// observations they are: then they count as enough.
    public var count: UInt64?
    /// The time covered, seconds: 60, or less while the daemon or the series is younger than that.
    public var spanSeconds: Double
    /// The unit of the timing for mean, deviation and quantiles; nil when nothing was observed.
    public var mean: Double?
    public var standardDeviation: Double?
    public var p50: Double?
    public var p95: Double?
    public var p99: Double?
    /// Observations per second where another program stated them; nil where they follow from `count`.
    public var statedRate: Double?
    /// The end of which window of the minute saw the last observations, seconds before the minute's end; nil where that is
    /// not known.
    public var lastWindowAgeSeconds: Double?

    public init(
        count: UInt64?, spanSeconds: Double, mean: Double? = nil, standardDeviation: Double? = nil,
        p50: Double? = nil, p95: Double? = nil, p99: Double? = nil, statedRate: Double? = nil
    ) {
        self.count = count
        self.spanSeconds = spanSeconds
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.statedRate = statedRate
    }

    /// Observations per second; nil when it is not known how many there were.
    public var rate: Double? {
        statedRate ?? count.map { spanSeconds > 0 ? Double($0) / spanSeconds : 0 }
    }

    /// How long ago the last observations were, seconds, to a window's length: 0 in the window that just ended. Nil when
    /// there were none in the minute; where only that there were some is known, they count as new.
    public var idleSeconds: Double? {
        switch count {
        case 0: nil
        case nil: p50 == nil && p95 == nil && p99 == nil && mean == nil ? nil : 0
        case .some: lastWindowAgeSeconds ?? 0
        }
    }

    /// The value of `statistic`; nil when nothing was observed, or the statistic was not stated.
    public func value(_ statistic: Statistic) -> Double? {
        switch statistic {
        case .p50: p50
        case .p95: p95
        case .p99: p99
        case .mean: mean
        case .stddev: standardDeviation
        case .rate: rate
        }
    }
}

/// A timing's identity and its summary, as handed to alerting and exposition.
public struct TimingSummary: Sendable, Equatable {
    /// The exposed name, for example `inference_latency_seconds`.
    public var timing: String
    public var unit: MetricUnit
    public var labels: LabelSet
    public var summary: WindowSummary

    public init(timing: String, unit: MetricUnit, labels: LabelSet, summary: WindowSummary) {
        self.timing = timing
        self.unit = unit
        self.labels = labels
        self.summary = summary
    }
}
