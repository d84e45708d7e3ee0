import Glibc

/// Standard input, output and error.
public enum StandardStreams {
    /// Opens `/dev/null` where one of the three is closed: the next descriptor would take its number, and what is
    /// printed would be written into a socket. Call before anything else is opened.
    public static func fillGaps() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Writes `line` and a line end to standard error without waiting for a reader who does not read: after a tenth of
    /// a second the rest is lost.
    ///
    /// - Returns: whether all of it was written.
    @discardableResult
    public static func logLine(_ line: String) -> Bool {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            let count = poll(&ready, 1, 100)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            // A pipe that is ready takes so many bytes without blocking (PIPE_BUF).
            let piece = bytes.prefix(4_096)
            let written = piece.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            bytes = bytes.dropFirst(written)
        }
        return true
    }
}
