internal import Glibc

/// Whether what the daemon prints goes to the journal anyway (systemd.exec(5), `$JOURNAL_STREAM`).
public enum JournalStream {
    /// True when standard error is the stream to journald that systemd set up: entries then belong into the journal
    /// with their fields, by `JournalWriter`, instead of being printed.
    public static var isStandardError: Bool {
        getenv("JOURNAL_STREAM").map { matches(String(cString: $0), STDERR_FILENO) } ?? false
    }

    /// True when `variable` is `DEVICE:INODE` (decimal) of `descriptor`.
    static func matches(_ variable: String, _ descriptor: Int32) -> Bool {
        let parts = variable.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }
}
