internal import AnomalyDetect
internal import Telemetry

/// One incident in the history.
struct StoredAlert: Sendable, Equatable {
    /// Tells it from all others, for example the alert's fingerprint and when it began.
    var id: String
    /// With `alertname`.
    var labels: LabelSet
    /// Annotations and evidence, a JSON text.
    var annotations: String
    /// The highest level so far.
    var level: AlertLevel
    /// Unix seconds.
    var beginSeconds: Double
    /// Unix seconds; nil while it lasts.
    var endSeconds: Double?
    /// The worst value, in the timing's base unit; nil when none is known.
    var peak: Double?
}
