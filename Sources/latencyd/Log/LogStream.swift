internal import Logging
internal import Platform
internal import Glibc

/// Where the daemon prints its log, one line an entry. Never holds the daemon up: what nobody reads is lost, counted,
/// and told with the next entry that gets through.
///
/// Calls may come from any thread.
final class LogStream: Sendable {
    /// An entry waits for the reader so long at the most, milliseconds; not at all after one that got lost.
    static let waitMilliseconds: Int32 = 100

    private struct State {
        var lostCount = 0
        /// An entry was lost in its middle: its line has no end yet.
        var isTorn = false
    }

    private let descriptor: Int32
    private let state = Locked(State())

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// Entries lost since the last one that got through.
    var lostCount: Int { state.withLock { $0.lostCount } }

    /// Writes `entry` as `form` makes it a line.
    func write(_ entry: LogEntry, as form: (LogEntry) -> String) {
        state.withLock { state in
            var text = state.isTorn ? "\n" : ""
            if state.lostCount > 0 { text += form(Self.notice(of: state.lostCount, at: entry.unixSeconds)) + "\n" }
            text += form(entry) + "\n"
            let bytes = Array(text.utf8)
            let written = put(bytes, milliseconds: state.lostCount == 0 ? Self.waitMilliseconds : 0)
            if written > 0 { state.isTorn = written < bytes.count && bytes[written - 1] != UInt8(ascii: "\n") }
            state.lostCount = written == bytes.count ? 0 : state.lostCount + 1
        }
    }

    private static func notice(of count: Int, at unixSeconds: Double) -> LogEntry {
        let entries = count == 1 ? "one log entry was" : "\(count) log entries were"
        return LogEntry(
            level: .warning, message: "\(entries) lost: nobody read standard error", fields: [],
            unixSeconds: unixSeconds)
    }

    /// How many of `bytes` were written.
    private func put(_ bytes: [UInt8], milliseconds: Int32) -> Int {
        var start = 0
        while start < bytes.count {
            // In pieces that a ready descriptor takes at once: a longer one would block in the middle.
            guard WriteReadiness.wait(descriptor, milliseconds: milliseconds) else { return start }
            let piece = bytes[start...].prefix(WriteReadiness.bytesMax)
            let written = piece.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return start }
            start += written
        }
        return start
    }
}
