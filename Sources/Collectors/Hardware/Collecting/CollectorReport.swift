public import Telemetry

/// What became of one collector's last pass, and what it collected.
public struct CollectorReport: Sendable {
    /// The collector's id.
    public let collector: String
    public var state: CollectorState
    /// Those that have samples, in the order in which they are exposed.
    public var families: [MetricFamily]
    /// Of all passes so far.
    public var errorCount: UInt64
    public var durationSeconds: Double
    /// The label `collector`, made once.
    let labels: LabelSet

    /// A collector that has not run yet.
    public init(_ collector: String) {
        self.collector = collector
        state = .waiting
        families = []
        errorCount = 0
        durationSeconds = 0
        labels = ["collector": collector]
    }

    /// The same collector while it waits for a device that does not answer: it has no samples.
    public var stuck: CollectorReport {
        var stuck = self
        stuck.state = .failing
        stuck.families = []
        return stuck
    }
}
