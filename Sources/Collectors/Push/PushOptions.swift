public import Telemetry

/// How pushed lines are taken; from the configuration's `push:`.
public struct PushOptions: Sendable {
    /// What a client's metrics about itself (`datadog.*`) become.
    public enum ClientTelemetry: Sendable { case drop, take }
    /// What a gauge's sign means: a change, as in StatsD, or the value's own sign, as the DogStatsD agent takes it.
    public enum SignedGauges: Sendable { case delta, value }

    public var limits: SeriesLimits
    public var clientTelemetry: ClientTelemetry
    public var signedGauges: SignedGauges
    /// The label `layer` for a raw metric name whose line has no such tag; nil adds none.
    public var layer: @Sendable (String) -> String?

    public init(
        limits: SeriesLimits = SeriesLimits(), clientTelemetry: ClientTelemetry = .drop,
        signedGauges: SignedGauges = .delta, layer: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.limits = limits
        self.clientTelemetry = clientTelemetry
        self.signedGauges = signedGauges
        self.layer = layer
    }
}

/// The moment a packet came.
public struct PushTime: Sendable {
    /// Monotonic, for expiry.
    public var monotonicSeconds: Double
    /// For created timestamps.
    public var unixSeconds: Double

    public init(monotonicSeconds: Double, unixSeconds: Double) {
        self.monotonicSeconds = monotonicSeconds
        self.unixSeconds = unixSeconds
    }
}
