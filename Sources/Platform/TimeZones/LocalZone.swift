import Glibc

/// What the clocks of one place show: the offset from UTC at any moment, daylight saving included.
///
/// Read from the time zone database (RFC 8536) once; asking it then costs a binary search. The C library knows one zone
/// for the whole process only.
public struct LocalZone: Sendable, Hashable {
    /// A longer name is no zone's.
    public static let nameBytesMax = 128
    /// A longer file is no zone's: the longest has about 4 KiB.
    public static let fileBytesMax = 65_536
    /// Where the database lies.
    public static let folderDefault = "/usr/share/zoneinfo"
    public static let utc = LocalZone(initialOffset: 0)

    /// The moments of the file's changes, Unix seconds, ascending, and the offset from each on.
    var moments: [Int64] = []
    var offsets: [Int32] = []
    /// Before the first change.
    var initialOffset: Int32
    /// After the last change.
    var rule: PosixZone?

    /// Seconds to add to UTC for what the clocks show at `unixSeconds`; positive east of Greenwich.
    public func offset(at unixSeconds: Int64) -> Int32 {
        guard let last = moments.last else { return rule?.offset(at: unixSeconds) ?? initialOffset }
        if unixSeconds >= last, let rule { return rule.offset(at: unixSeconds) }
        var low = 0
        var high = moments.count
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] <= unixSeconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initialOffset : offsets[low - 1]
    }

    init(initialOffset: Int32) { self.initialOffset = initialOffset }
}

/// Why there is no such zone.
public struct LocalZoneError: Error, Sendable, Hashable {
    public let what: String
    public let remedy: String
}

extension LocalZone {
    /// The zone `name` of the database, for example `Europe/Berlin`.
    public static func named(_ name: String, folder: String = folderDefault) throws(LocalZoneError) -> LocalZone {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.utf8.contains(0), name.utf8.count <= nameBytesMax, parts.allSatisfy({ !$0.isEmpty && $0 != ".." })
        else { throw LocalZoneError(what: "'\(name)' is no name of a time zone", remedy: "write one as Europe/Berlin") }
        guard let bytes = read("\(folder)/\(name)") else {
            throw LocalZoneError(
                what: "there is no time zone '\(name)' in \(folder)",
                remedy: "write a name from 'timedatectl list-timezones', or install the package tzdata")
        }
        guard let zone = LocalZone(tzif: bytes) else {
            throw LocalZoneError(
                what: "\(folder)/\(name) is no time zone file", remedy: "write a name from 'timedatectl list-timezones'"
            )
        }
        return zone
    }

    /// The host's zone: what `TZ` says if it is set, else `/etc/localtime`. UTC where neither says anything, as the C
    /// library has it.
    public static func host(
        environment: [String: String] = ProcessEnvironment.all, localtime: String = "/etc/localtime",
        folder: String = folderDefault
    ) -> LocalZone {
        guard let setting = environment["TZ"] else { return read(localtime).flatMap(LocalZone.init(tzif:)) ?? utc }
        let text = setting.hasPrefix(":") ? String(setting.dropFirst()) : setting
        if text.hasPrefix("/") { return read(text).flatMap(LocalZone.init(tzif:)) ?? utc }
        if let zone = try? named(text, folder: folder) { return zone }
        guard let rule = PosixZone(text) else { return utc }
        var zone = LocalZone(initialOffset: rule.standardOffset)
        zone.rule = rule
        return zone
    }

    /// Nil when it cannot be read or is too long.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while bytes.count <= fileBytesMax {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            bytes += buffer.prefix(count)
        }
        return nil
    }
}
