import Glibc

/// The clocks on the wall: how far local time is from UTC.
///
/// For commands that read the past: the zone is that of the whole process.
public enum LocalZone {
    private static let folder = "/usr/share/zoneinfo"

    /// What cannot be a zone, with the remedy.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Has the process live in `name`: `local` for the host's own zone, `UTC`, or a zone of the time zone database,
    /// `Europe/Berlin`. To be called before other threads begin.
    public static func use(_ name: String) throws(Problem) {
        switch name {
        case "local": break
        case "UTC": setenv("TZ", "UTC0", 1)
        default:
            guard isZone(name) else {
                throw Problem(
                    description: "'\(name)' is no time zone of this host; write local, UTC or a name as Europe/Berlin "
                        + "(timedatectl list-timezones)")
            }
            setenv("TZ", ":\(name)", 1)
        }
        tzset()
    }

    /// Whether the time zone database has `name`. The C library would take UTC for a name that it does not have.
    public static func isZone(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.isEmpty, name.utf8.count <= 128, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            return false
        }
        let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var magic = [UInt8](repeating: 0, count: 4)
        return read(file, &magic, 4) == 4 && magic == Array("TZif".utf8)
    }

    /// Seconds that local time is ahead of UTC at `unix`, seconds since 1970.
    public static func offset(at unix: Int64) -> Int32 {
        var moment = time_t(unix)
        var local = tm()
        guard localtime_r(&moment, &local) != nil else { return 0 }
        return Int32(local.tm_gmtoff)
    }
}
