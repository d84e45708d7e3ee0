internal import Glibc

/// Lines for people who run a command by hand.
enum StandardError {
    /// Writes `text` and a line end; nothing for an empty text. What cannot be written is lost.
    static func print(_ text: String) {
        guard !text.isEmpty else { return }
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
