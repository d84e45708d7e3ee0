internal import CSystem
import Glibc

/// How many descriptors this process may have open (getrlimit(2), `RLIMIT_NOFILE`).
public enum FileLimit {
    /// As many as are asked for: more than all connections together need, and few enough that tables over all possible
    /// descriptors stay small.
    public static let descriptorsMax = 65_536

    /// Raises the limit in force to the hard one, at most to `descriptorsMax`; never lowers it.
    ///
    /// - Returns: the limit in force from now on; 0 when the kernel does not tell.
    @discardableResult
    public static func raise() -> Int {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 0 }
        let before = limits.rlim_cur
        limits.rlim_cur = wanted(soft: before, hard: limits.rlim_max)
        let isSet =
            limits.rlim_cur == before || setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0
        return Int(clamping: isSet ? limits.rlim_cur : before)
    }

    /// The limit in force; 1,024 when the kernel does not tell.
    public static var inForce: Int {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 1_024 }
        return Int(clamping: limits.rlim_cur)
    }

    static func wanted(soft: rlim_t, hard: rlim_t) -> rlim_t { max(soft, min(hard, rlim_t(descriptorsMax))) }
}
