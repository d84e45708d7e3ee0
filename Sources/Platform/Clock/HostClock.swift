import Glibc

/// The clocks of the host.
public enum HostClock {
    /// Seconds since boot; never jumps, does not count while the host sleeps.
    public static func monotonicSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

    /// As ``monotonicSeconds()``, some milliseconds behind, for a fraction of the cost.
    static func coarseSeconds() -> Double { seconds(CLOCK_MONOTONIC_COARSE) }

    /// Seconds since 1970 in UTC; may jump when the clock is set.
    public static func unixSeconds() -> Double { seconds(CLOCK_REALTIME) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
