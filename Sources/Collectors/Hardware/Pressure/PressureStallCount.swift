public import Telemetry

/// How often tasks of the host, or of a watched cgroup, waited for a resource for too long at a stretch.
public struct PressureStallCount: Sendable, Equatable {
    /// `resource`, `kind` and, of a cgroup, `cgroup`.
    public let labels: LabelSet
    /// When counting began, Unix seconds.
    public let createdSeconds: Double
    /// Windows in which the threshold was reached.
    public internal(set) var count: UInt64 = 0
    /// Unix seconds; nil when there was none.
    public internal(set) var lastSeenSeconds: Double?

    public init(_ labels: LabelSet, createdSeconds: Double) {
        self.labels = labels
        self.createdSeconds = createdSeconds
    }
}
