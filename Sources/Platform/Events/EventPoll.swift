internal import CSystem
import Glibc

/// Waits for descriptors to become readable (Linux epoll, level-triggered).
///
/// Owned by one thread; not Sendable.
public struct EventPoll: ~Copyable {
    /// Descriptors reported by one wait.
    public static let eventsMax = 64

    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: eventsMax)

    /// Nil when the process or the host has no descriptor left.
    public init?() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Reports `file` from now on. False when the kernel refuses.
    @discardableResult
    public func add(_ file: Int32) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
        event.data.fd = file
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, file, &event) == 0
    }

    /// Reports from now on when `file` has something urgent (`EPOLLPRI`), such as a ``PressureTrigger``. It is left out
    /// by closing it. False when the kernel refuses.
    public func addUrgent(_ file: Int32) -> Bool {
        var event = epoll_event()
        event.events = EPOLLPRI.rawValue
        event.data.fd = file
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, file, &event) == 0
    }

    public func remove(_ file: Int32) {
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, file, nil)
    }

    /// Waits until a descriptor is readable or `milliseconds` have passed (-1: for ever), and calls `body` with each
    /// that is.
    public mutating func wait(milliseconds: Int32, _ body: (Int32) -> Void) {
        wait(milliseconds: milliseconds) { file, _ in body(file) }
    }

    /// The same; tells as well whether the descriptor is broken, and will be reported until it is left out.
    public mutating func wait(milliseconds: Int32, _ body: (_ file: Int32, _ isBroken: Bool) -> Void) {
        let count = epoll_wait(descriptor, &events, Int32(Self.eventsMax), milliseconds)
        guard count > 0 else { return }
        for i in 0..<Int(count) {
            body(events[i].data.fd, events[i].events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0)
        }
    }
}
