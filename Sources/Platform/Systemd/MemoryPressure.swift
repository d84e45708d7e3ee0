internal import Glibc

/// Where this process is told that memory is short: by the service manager, else by the kernel.
///
/// At rest this costs nothing: the kernel tells when threads have waited for memory, at most once in a window.
/// Source: https://systemd.io/MEMORY_PRESSURE (systemd 254 and later); Documentation/accounting/psi.rst of the kernel.
public struct MemoryPressure: Sendable {
    /// Whose memory is short.
    public enum Origin: String, Sendable {
        /// The file and the threshold are those that the service manager names: the unit's.
        case manager
        /// The cgroup of this process.
        case cgroup
        /// The host.
        case host
    }

    public let origin: Origin
    private let trigger: PressureTrigger

    /// For ``EventPoll/addUrgent(_:)``.
    public var descriptor: Int32 { trigger.descriptor }

    /// What systemd takes where nothing is set: some thread waited for a tenth of two seconds.
    static let threshold = PressureThreshold(
        countsFull: false, stallMicroseconds: 200_000, windowMicroseconds: 2_000_000)

    /// Asks to be told from now on, as long as the value lasts. Nil where nobody can tell, and where the service manager
    /// says that nobody is to (`MemoryPressureWatch=off`).
    ///
    /// - Parameters:
    ///   - environment: of the process; the manager says by it which file to watch.
    ///   - files: where else the kernel's files are.
    public static func watch(environment: [String: String], files: any HostFiles) -> MemoryPressure? {
        let named = environment["MEMORY_PRESSURE_WATCH"]
        if named == "/dev/null" { return nil }
        if let named, let bytes = environment["MEMORY_PRESSURE_WRITE"].flatMap({ Base64.bytes($0) }),
            let trigger = try? PressureTrigger(file: named, writing: bytes)
        {
            return MemoryPressure(origin: .manager, trigger: trigger)
        }
        if let own = ownFile(files), let trigger = try? files.pressureTrigger(own, threshold) {
            return MemoryPressure(origin: .cgroup, trigger: trigger)
        }
        if let trigger = try? files.pressureTrigger(.procfs("pressure/memory"), threshold) {
            return MemoryPressure(origin: .host, trigger: trigger)
        }
        return nil
    }

    /// Of the cgroup in the unified hierarchy; nil where there is none but the root, which has no such file.
    private static func ownFile(_ files: any HostFiles) -> HostPath? {
        guard let content = try? files.read(.procfs("self/cgroup")),
            let line = content.split(separator: UInt8(ascii: "\n")).first(where: { $0.starts(with: "0::/".utf8) }),
            line.count > 4, let path = String(validating: line.dropFirst(3), as: UTF8.self)
        else { return nil }
        return HostPath.sysfs("fs/cgroup" + path + "/memory.pressure")
    }
}

/// The encoding of RFC 4648, section 4.
enum Base64 {
    /// Nil for what is not whole groups of four characters of its alphabet.
    static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        let padding = text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var result: [UInt8] = []
        var bits: UInt32 = 0
        for (place, character) in text.utf8.dropLast(padding).enumerated() {
            guard let value = value(character) else { return nil }
            bits = bits << 6 | value
            // Whole bytes come with the second, the third and the fourth character of a group.
            let left = [6, 4, 2, 0][place % 4]
            if place % 4 > 0 { result.append(UInt8(truncatingIfNeeded: bits >> left)) }
        }
        return result
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
