/// The grid of windows: when the next one ends, and how many have ended.
///
/// The grid follows the monotonic clock, so that a jump of the wall clock neither shortens nor repeats a window; it
/// starts at a multiple of the window on the wall clock, so that daemons on several hosts end their windows together.
struct WindowClock: Sendable {
    let windowSeconds: Double
    /// When the window in progress ends, monotonic seconds.
    private(set) var nextEndSeconds: Double

    init(windowSeconds: Double, monotonicSeconds: Double, unixSeconds: Double) {
        self.windowSeconds = windowSeconds
        let intoWindow = unixSeconds - (unixSeconds / windowSeconds).rounded(.down) * windowSeconds
        nextEndSeconds = monotonicSeconds + windowSeconds - intoWindow
    }

    /// What has ended by now: the number of windows, more than one where the host stood still, and the end of the last
    /// one. Nil when none has.
    mutating func advance(to monotonicSeconds: Double) -> (windows: Int, endSeconds: Double)? {
        guard monotonicSeconds >= nextEndSeconds else { return nil }
        let windows = Int(((monotonicSeconds - nextEndSeconds) / windowSeconds).rounded(.down)) + 1
        let end = nextEndSeconds + Double(windows - 1) * windowSeconds
        nextEndSeconds = end + windowSeconds
        return (windows, end)
    }
}
