/// A moment on both clocks: durations are measured on one that never jumps, people are told the other.
public struct Instant: Sendable, Hashable {
    /// Seconds since an arbitrary start; never goes back.
    public var monotonicSeconds: Double
    /// Seconds since 1970-01-01T00:00:00Z.
    public var unixSeconds: Double

    public init(monotonicSeconds: Double, unixSeconds: Double) {
        self.monotonicSeconds = monotonicSeconds
        self.unixSeconds = unixSeconds
    }

    /// Whether `durationSeconds` have passed since `earlier`. Half a millisecond is allowed for sums of windows that
    /// are not exact in binary.
    func hasPassed(_ durationSeconds: Double, since earlier: Instant) -> Bool {
        monotonicSeconds - earlier.monotonicSeconds >= durationSeconds - 0.0005
    }
}
