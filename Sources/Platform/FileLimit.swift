import Glibc

/// How many descriptors the process may have (RLIMIT_NOFILE).
public enum FileLimit {
    /// The soft limit.
    public static var inForce: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        return Int(clamping: limit.rlim_cur)
    }
}
