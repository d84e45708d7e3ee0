internal import AnomalyDetect
internal import Exporter
internal import Platform
internal import Synchronization
internal import Telemetry

/// What the threads show one another: finished values that are replaced as a whole, never changed.
final class DaemonBoard: Sendable {
    /// What the main loop last found out.
    struct Findings: Sendable {
        /// All timings over the trailing minute. Kept as they are: the pages make samples of them when one is asked for.
        var timings: [TimingSummary] = []
        var levels: [AlertLevelReading] = []
        /// Watches that the alert engine had no room for.
        var notEvaluatedCount: UInt64 = 0
        var alerts = AlertSnapshot()
        /// Alerts that fire or have fired, the latest first.
        var history: [AlertIncident] = []
        var signals = SignalSnapshot()
        var learned = LearnedSnapshot()
    }

    let findings = Locked(Findings())
    /// Whether everything runs: false while the daemon starts and while it stops.
    let isReady = Atomic(false)
}
