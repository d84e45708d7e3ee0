public import Telemetry

/// What an engine that speaks PromQL is asked: Prometheus, Thanos, Mimir, VictoriaMetrics.
public struct PromQLSettings: Sendable, Equatable {
    public var signals: [PromQLSignal]
    public var timings: [PromQLTiming]
    /// Labels of the answers that name the model; of those that a series has, the first is renamed `model`.
    public var modelLabels: [String]
    /// Series taken of one query, the first ones by their labels; 1 to ``PromQLLimits/seriesPerQueryMax``.
    public var seriesMax: Int
    /// The part of the series that this daemon watches; nil for all.
    public var shard: PromQLShard?
    /// Sent as `X-Scope-OrgID`, by which Mimir and Cortex tell tenants apart; nil where there are none.
    public var tenant: String?

    public init(
        signals: [PromQLSignal] = [], timings: [PromQLTiming] = [], modelLabels: [String] = [],
        seriesMax: Int = PromQLLimits.seriesPerQueryDefault, shard: PromQLShard? = nil, tenant: String? = nil
    ) {
        self.signals = signals
        self.timings = timings
        self.modelLabels = modelLabels
        self.seriesMax = seriesMax
        self.shard = shard
        self.tenant = tenant
    }

    /// One for each signal, and one for each statistic of a timing.
    public var queryCount: Int { signals.count + timings.map(\.queries.count).reduce(0, +) }
}

/// A signal by query. Of requests and errors the answer is the counter itself, not its rate.
public struct PromQLSignal: Sendable, Equatable {
    public var signal: ServiceSignal
    public var query: String
    /// The answer's unit in base units: 1e-6 for microseconds.
    public var scale: Double

    public init(_ signal: ServiceSignal, _ query: String, scale: Double = 1) {
        self.signal = signal
        self.query = query
        self.scale = scale
    }
}

/// A timing by queries: one for each of its statistics, whose answers belong together where their labels are the same.
public struct PromQLTiming: Sendable, Equatable {
    /// As rules and the label `timing` have it; ends with the unit: `model_latency_seconds`.
    public var name: String
    public var queries: [Statistic: String]
    /// The answers' unit in base units. Rates are per second whatever it is.
    public var scale: Double

    public init(_ name: String, _ queries: [Statistic: String], scale: Double = 1) {
        self.name = name
        self.queries = queries
        self.scale = scale
    }

    /// Seconds or bytes by the name's end, else none.
    var unit: MetricUnit {
        [MetricUnit.seconds, .bytes].first { name.hasSuffix("_" + $0.suffix) } ?? .none
    }
}

/// Limits of what is asked by PromQL.
public enum PromQLLimits {
    /// Queries of one service.
    public static let queriesMax = 64
    /// The longest query, in bytes.
    public static let queryBytesMax = 8_192
    /// Series taken of one query where nothing else is configured.
    public static let seriesPerQueryDefault = 1_000
    /// The most that can be configured.
    public static let seriesPerQueryMax = 10_000
    /// Series of one service, those of all queries together.
    public static let seriesMax = 20_000
    /// Labels of a series; one with more is left out.
    public static let labelsMax = 32
    /// The longest name of a label, in bytes.
    public static let labelNameBytesMax = 128
    /// The longest value of a label, in bytes; a series with a longer one is left out: cut, two could become one.
    public static let labelValueBytesMax = 1_024
    /// Daemons that share the series.
    public static let shardsMax = 1_000
    /// What of an engine's error is shown, in Unicode scalars.
    public static let errorLengthMax = 300
}
