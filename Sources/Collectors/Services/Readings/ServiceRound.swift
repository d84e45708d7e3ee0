public import Telemetry

/// How one reading of a service ended.
public struct ServiceRound: Sendable, Equatable {
    /// nil when the service is up.
    public var failure: ServiceFailure?
    /// From the first request to the last answer, seconds.
    public var seconds = 0.0
    public var readings: [SignalReading] = []
    /// Timings of which the service states the statistics themselves, without `service` and `profile`; each series
    /// once.
    public var timings: [TimingSummary] = []
    /// Signals that the server could show and does not, with what turns them on.
    public var missing: [ServiceSignal: String] = [:]
    /// Samples on the page.
    public var sampleCount = 0
    public var malformedCount = 0
    /// Series that were left out.
    public var droppedCount = 0
    /// Requests beside the page that failed.
    public var apiFailureCount = 0
    /// What went wrong with them first.
    public var apiFailure: String?

    public init() {}
}
