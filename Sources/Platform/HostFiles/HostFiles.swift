/// Reads the kernel's files: the seam between collectors and the host.
///
/// ``SystemHostFiles`` reads the host's or a fixture tree's, ``InMemoryHostFiles`` stands in for both in tests.
public protocol HostFiles: Sendable {
    /// The whole content of a file. Throws ``HostFileError/tooLong(limitBytes:)`` when it is longer than
    /// `limitBytes`; a file that is there and empty gives an empty array.
    ///
    /// - Parameter keepsOpen: it will be read again and again, so that it may be kept open; what is read is the
    ///   same either way.
    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8]

    /// The first `bytesMax` bytes of a file, or all of a shorter one: for tables that begin with what is looked for.
    func readStart(_ path: HostPath, bytesMax: Int) throws(HostFileError) -> [UInt8]

    /// The names in a folder without `.` and `..`, in no particular order. A name that is not UTF-8 is left out.
    func list(_ folder: HostPath) throws(HostFileError) -> [String]

    /// What a symbolic link holds, as it stands there: `../../devices/platform/coretemp.0/hwmon/hwmon3`. Throws
    /// ``HostFileError/invalid`` when the path is no link.
    func linkTarget(_ path: HostPath) throws(HostFileError) -> String

    /// Has the kernel tell when tasks waited for too long, by a pressure file: the one thing that is written. Throws
    /// ``HostFileError/notSupported`` where the file is not the kernel's own.
    func pressureTrigger(_ path: HostPath, _ threshold: PressureThreshold) throws(HostFileError) -> PressureTrigger
}

extension HostFiles {
    /// A host that tells nothing.
    public func pressureTrigger(
        _ path: HostPath, _ threshold: PressureThreshold
    ) throws(HostFileError) -> PressureTrigger {
        throw .notSupported
    }

    /// Reads all of it, at most ``HostFileLimits/tableBytes``.
    public func readStart(_ path: HostPath, bytesMax: Int) throws(HostFileError) -> [UInt8] {
        Array(try read(path, limitBytes: HostFileLimits.tableBytes, keepsOpen: false).prefix(bytesMax))
    }

    /// A host without links.
    public func linkTarget(_ path: HostPath) throws(HostFileError) -> String { throw .invalid }

    /// The whole content of a file of at most ``HostFileLimits/fileBytes``.
    public func read(_ path: HostPath) throws(HostFileError) -> [UInt8] {
        try read(path, limitBytes: HostFileLimits.fileBytes, keepsOpen: false)
    }
}

/// How much of the host is read at once.
public enum HostFileLimits {
    /// The longest file that is read unless a collector asks for more, in bytes.
    public static let fileBytes = 65_536
    /// The longest table with a line for each device and a column for each CPU, such as `/proc/interrupts`, in bytes:
    /// that of 1,000 CPUs and 700 interrupts.
    public static let tableBytes = 8_388_608
    /// The most files that are kept open, where the limit of descriptors (`LimitNOFILE=`) leaves room.
    public static let filesKept = 16_384
    /// A file that is kept open and was not read for so long makes room for another one, in seconds.
    public static let keptSeconds = 120.0
    /// The most names that a folder may have.
    public static let folderNames = 65_536
}
