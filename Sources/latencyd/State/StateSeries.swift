internal import Telemetry

/// What tells one series from all others.
struct StateSeries: Sendable, Hashable {
    /// The exposed name.
    var name: String
    var labels: LabelSet
    var unit: MetricUnit

    init(name: String, labels: LabelSet = [:], unit: MetricUnit = .none) {
        self.name = name
        self.labels = labels
        self.unit = unit
    }
}

/// A series that the database knows. Minutes count from 1970.
struct StoredSeries: Sendable, Equatable {
    var id: Int64
    var series: StateSeries
    var firstMinute: Int64
    /// To the hour only: renewed when an hour is over.
    var lastMinute: Int64
}

/// What a detector knew of one statistic of a series.
struct StoredBaseline: Sendable, Equatable {
    /// For example `p99`.
    var statistic: String
    /// The last minute that it has learned from.
    var asOfMinute: Int64
    /// As the detector encoded it.
    var state: [UInt8]
}
