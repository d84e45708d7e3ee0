internal import CSystem
import Glibc

/// How many descriptors the process may have (RLIMIT_NOFILE).
public enum FileLimit {
    /// More than this is not asked for: some hosts have a hard limit of a thousand million.
    public static let askedMax = 65_536

    /// The soft limit; 1,024 where it cannot be read.
    public static var inForce: Int { read().map { Int(clamping: $0.rlim_cur) } ?? 1_024 }

    /// Raises the soft limit to the hard one, at most to `askedMax`: a shell's 1,024 is soon reached by connections.
    public static func raise() {
        guard var limit = read() else { return }
        let wanted = min(limit.rlim_max, rlim_t(askedMax))
        guard wanted > limit.rlim_cur else { return }
        limit.rlim_cur = wanted
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func read() -> rlimit? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? limit : nil
    }
}
