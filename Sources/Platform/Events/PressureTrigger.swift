internal import CSystem
import Glibc

/// How much waiting within how long a time the kernel is to tell of.
public struct PressureThreshold: Sendable, Equatable {
    /// Whether all tasks that are not idle have to wait (`full`), or only some.
    public var countsFull: Bool
    public var stallMicroseconds: Int
    /// From 500,000 to 10,000,000; a multiple of 2,000,000 for a process without CAP_SYS_RESOURCE.
    public var windowMicroseconds: Int

    public init(countsFull: Bool, stallMicroseconds: Int, windowMicroseconds: Int) {
        self.countsFull = countsFull
        self.stallMicroseconds = stallMicroseconds
        self.windowMicroseconds = windowMicroseconds
    }
}

/// A pressure file that the kernel makes ready (`EPOLLPRI`), at most once in a window, when tasks waited for longer than
/// a threshold within it. It lasts as long as this object.
///
/// Source: Documentation/accounting/psi.rst of the kernel.
public final class PressureTrigger: Sendable {
    /// For ``EventPoll/addUrgent(_:)``.
    public let descriptor: Int32

    /// Takes over a descriptor of a pressure file that is open for writing, also when it fails.
    convenience init(_ descriptor: Int32, _ threshold: PressureThreshold) throws(HostFileError) {
        let kind = threshold.countsFull ? "full" : "some"
        let text = "\(kind) \(threshold.stallMicroseconds) \(threshold.windowMicroseconds)\0"
        try self.init(descriptor, writing: Array(text.utf8))
    }

    /// A trigger on the pressure file `path` of this process' file system, with a threshold in the kernel's own form.
    convenience init(file path: String, writing threshold: [UInt8]) throws(HostFileError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw HostFileError(errno: errno) }
        try self.init(descriptor, writing: threshold)
    }

    private init(_ descriptor: Int32, writing threshold: [UInt8]) throws(HostFileError) {
        self.descriptor = descriptor
        // Only the kernel's own: what is written would stay in a file of a tree that stands in for the host.
        guard [0x9fa0, 0x6367_7270].contains(csystem_file_system(descriptor)) else { throw .notSupported }
        let written = threshold.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written >= 0 else { throw HostFileError(errno: errno) }
    }

    private init(unarmed descriptor: Int32) { self.descriptor = descriptor }

    /// One that never tells anything, for tests: a descriptor of its own.
    public static func unarmed() -> PressureTrigger {
        PressureTrigger(unarmed: eventfd(0, Int32(EFD_CLOEXEC)))
    }

    deinit { close(descriptor) }
}
