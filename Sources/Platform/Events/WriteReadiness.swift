import Glibc

/// Whether a blocking descriptor would take something now (poll(2)).
public enum WriteReadiness {
    /// A pipe, terminal or socket that is ready takes so many bytes without blocking: a pipe's page.
    public static let bytesMax = 4_096

    /// Waits until `descriptor` is ready, at most for `milliseconds`. False when it is not, or is closed or broken.
    public static func wait(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while true {
            let count = poll(&entry, 1, milliseconds)
            if count < 0, errno == EINTR { continue }
            return count == 1 && entry.revents & Int16(POLLOUT) != 0
                && entry.revents & Int16(POLLERR | POLLNVAL) == 0
        }
    }

    /// The same for the datagram socket at `path`: false while its reader leaves its queue full.
    static func wait(datagramSocket path: String, milliseconds: Int32) -> Bool {
        guard var address = UnixSocket.address(path) else { return false }
        let probe = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        guard UnixSocket.withSocketAddress(&address, { connect(probe, $0, $1) }) == 0 else { return false }
        return wait(probe, milliseconds: milliseconds)
    }
}
