internal import CSystem

/// How the kernel schedules a thread beside others (sched(7)).
public struct ThreadScheduling: Sendable, Hashable {
    public enum Policy: String, Sendable, Hashable {
        /// SCHED_OTHER: the usual one.
        case normal
        /// SCHED_BATCH: never runs in place of what already runs.
        case batch
        /// SCHED_IDLE: runs where nothing else wants to.
        case idle
        /// Any other: real-time policies, which come before the usual one, and what the kernel does not tell.
        case other
    }

    public var policy: Policy
    /// -20 to 19; above 0 the thread comes after others.
    public var nice: Int

    public init(policy: Policy = .normal, nice: Int = 0) {
        self.policy = policy
        self.nice = nice
    }

    /// Of the calling thread.
    public static var current: ThreadScheduling {
        let scheduling = csystem_get_scheduling()
        let policy: Policy =
            switch scheduling.policy {
            case csystem_sched_other: .normal
            case csystem_sched_batch: .batch
            case csystem_sched_idle: .idle
            default: .other
            }
        return ThreadScheduling(policy: policy, nice: Int(scheduling.nice))
    }

    /// Gives the calling thread the usual policy and nice value where it inherited lower ones, as far as the kernel
    /// allows: raising a priority needs CAP_SYS_NICE or RLIMIT_NICE.
    public static func restore() { csystem_restore_scheduling() }

    /// Lets the calling thread come after all others: policy `batch`, nice 10. For work that may wait.
    public static func lower() { csystem_lower_scheduling() }
}
