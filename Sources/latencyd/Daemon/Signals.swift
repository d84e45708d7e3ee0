internal import Glibc

/// The signals that the main loop handles.
enum Signals {
    static let reload = SIGHUP
    static let all = [SIGHUP, SIGTERM, SIGINT]
}
