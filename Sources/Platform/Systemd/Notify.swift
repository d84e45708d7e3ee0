internal import CSystem
internal import Glibc

/// Tells the service manager how the daemon is doing (sd_notify(3)). All calls may come from any thread; without a
/// service manager they do nothing.
public enum Notify {
    /// What became of a message.
    public enum Delivery: Sendable, Equatable {
        case sent
        /// `$NOTIFY_SOCKET` is not set: no service manager waits for messages.
        case noManager
        /// An error number.
        case failed(Int32)
    }

    /// Start-up or a reload is finished.
    @discardableResult public static func ready() -> Delivery { send("READY=1") }

    /// One line for `systemctl status`; line breaks become spaces.
    @discardableResult public static func status(_ text: String) -> Delivery {
        send("STATUS=" + String(text.map { $0.isNewline ? " " : $0 }))
    }

    /// The daemon is about to end.
    @discardableResult public static func stopping() -> Delivery { send("STOPPING=1") }

    /// A reload begins; `ready()` ends it.
    @discardableResult public static func reloading() -> Delivery {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let microseconds = UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
        return send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// The loops that do the work are alive.
    @discardableResult public static func watchdog() -> Delivery { send("WATCHDOG=1") }

    /// The service manager restarts the daemon after this long without `watchdog()`; nil when it does not watch. Ping
    /// at half of it.
    public static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private static func send(_ state: String) -> Delivery {
        let result = sd_notify(0, state)
        return result > 0 ? .sent : result == 0 ? .noManager : .failed(-result)
    }
}
