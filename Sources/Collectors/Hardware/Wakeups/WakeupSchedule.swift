/// When a thread that measures its wake-ups shall wake: at random moments with a rate that holds on the average.
///
/// The gap between two targets is drawn evenly from half to one and a half of the mean. So the targets drift through
/// all phases of whatever else is periodic on the host (the tick, timers of 10 ms or 1 s) and meet each as often as
/// any other.
///
/// Moments are nanoseconds of a monotonic clock.
struct WakeupSchedule {
    private let meanGap: Int64
    private var target: Int64

    /// - Parameters:
    ///   - rate: wake-ups a second, one of ``WakeupProbe/rates``.
    ///   - begin: the targets come after it.
    init(rate: Int, begin: Int64) {
        meanGap = 1_000_000_000 / Int64(rate)
        target = begin
    }

    /// The first target after `now`, and how many before it have passed: those are left out, not made up for.
    mutating func next(after now: Int64, random: inout some RandomNumberGenerator) -> (target: Int64, missed: UInt64) {
        // A long stall is passed over at once, its last gaps one by one as ever.
        let stalled = max(0, (now - target) / meanGap - 2)
        target += stalled * meanGap
        var missed = UInt64(stalled)
        while true {
            target += Int64.random(in: (meanGap / 2)...(meanGap * 3 / 2), using: &random)
            if target > now { return (target, missed) }
            missed += 1
        }
    }
}
