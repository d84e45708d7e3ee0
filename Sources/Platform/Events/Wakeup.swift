internal import CSystem
import Glibc

/// Wakes a thread that waits in `EventPoll` (Linux eventfd).
public final class Wakeup: Sendable {
    /// Readable while a signal is pending.
    public let descriptor: Int32

    /// Nil when the process or the host has no descriptor left.
    public init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Takes the pending signals.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
