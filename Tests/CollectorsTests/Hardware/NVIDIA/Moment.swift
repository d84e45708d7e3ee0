import Glibc

/// A millisecond.
enum Moment {
    static func pass() { usleep(1_000) }
}
