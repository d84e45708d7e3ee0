public import Telemetry

/// What is known of the delays with which this host wakes a thread.
public struct WakeupReading: Sendable, Equatable {
    /// Seconds from the moment to which the thread slept to the moment when it ran.
    public var latency: DualHistogram
    /// Wake-ups left out because the one before came later than they were to be.
    public var missed: UInt64
    /// When counting began, Unix seconds.
    public var createdSeconds: Double

    public init(createdSeconds: Double) {
        latency = DualHistogram(.schedulingSeconds)
        missed = 0
        self.createdSeconds = createdSeconds
    }

    /// Counts one wake-up. Moments are nanoseconds of one clock.
    ///
    /// A wake-up that comes late is counted once, with all of its delay; targets that passed meanwhile are in `missed`
    /// and not in the histogram. Nobody waited for those: counting the delays that they would have had, as load
    /// generators do against coordinated omission, would count one stall many times.
    mutating func record(target: Int64, woken: Int64, missedBefore: UInt64) {
        latency.record(Double(max(0, woken - target)) / 1e9)
        missed += missedBefore
    }
}

/// Something that measures wake-ups, or does not.
public protocol WakeupSource: Sendable {
    /// All that was measured so far; nil where nothing measures, or ever did.
    func reading() -> WakeupReading?
}

/// Where nothing measures wake-ups.
public struct NoWakeups: WakeupSource {
    public init() {}
    public func reading() -> WakeupReading? { nil }
}
