/// Lets a notice through once a minute at most.
struct NoticeClock {
    static let pauseSeconds = 60.0

    private var lastSeconds: Double?

    /// Whether a notice may be given now. Monotonic seconds.
    func isDue(at now: Double) -> Bool {
        // Half a second less, as the ends of windows are not exact.
        lastSeconds.map { now - $0 >= Self.pauseSeconds - 0.5 } ?? true
    }

    /// One was given.
    mutating func give(at now: Double) { lastSeconds = now }
}
