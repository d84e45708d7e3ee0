internal import CSystem

/// Sleeping to moments of the monotonic clock, as exactly as the kernel can. Moments are nanoseconds since boot.
public enum ExactSleep {
    /// Lets the calling thread's sleeps end as soon as their time has come. Without it the kernel may let each last
    /// 50 µs longer, to wake several threads at once.
    public static func prepareThread() { csystem_set_least_timer_slack() }

    /// The present moment.
    public static func now() -> Int64 { csystem_monotonic_ns() }

    /// Sleeps until `moment`, and returns the moment of waking. Returns at once when `moment` has passed.
    public static func until(_ moment: Int64) -> Int64 { csystem_sleep_until(moment) }
}
