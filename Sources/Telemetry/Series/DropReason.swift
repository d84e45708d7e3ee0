/// Why a well-formed pushed line was not taken. The raw value is the label `reason` of `latencyd_push_dropped_total`.
public enum DropReason: String, Error, Sendable, CaseIterable {
    /// `push.max_series` series exist.
    case maxSeries = "max_series"
    /// `push.max_series_per_metric` series of this metric exist.
    case maxSeriesPerMetric = "max_series_per_metric"
    /// The sending process made `push.max_series_per_sender` series.
    case maxSeriesPerSender = "max_series_per_sender"
    /// The names and labels of all series, or of those that the sending process made, take as many bytes as they may.
    case labelBytes = "label_bytes"
    /// The same name was pushed as another type before.
    case typeConflict = "type_conflict"
    /// Another metric's name, or one of its `_count`, `_sum`, `_bucket`, `_total` or `_created`, is the same.
    case nameCollision = "name_collision"
    /// Names that begin with `latencyd_` are the daemon's own.
    case reservedName = "reserved_name"
    /// A client's metrics about itself, `datadog.*`.
    case clientTelemetry = "client_telemetry"
}
