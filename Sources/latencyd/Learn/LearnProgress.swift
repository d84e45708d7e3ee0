internal import Glibc
internal import Platform

/// How far the reading of history is, for people who wait: one line that writes over itself, on a terminal only.
struct LearnProgress {
    let isTerminal: Bool

    init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) { self.isTerminal = isTerminal }

    /// `until` lies between `from` and `to`, seconds since 1970.
    func show(until: Int64, from: Int64, to: Int64, seriesCount: Int) {
        let days = { (seconds: Int64) -> String in
            let tenths = max(seconds, 0) * 10 / 86_400
            return "\(tenths / 10).\(tenths % 10)"
        }
        write("\(days(until - from)) of \(days(to - from)) days, \(seriesCount) series")
    }

    /// The engine is asked again in `seconds`.
    func pause(_ seconds: Double, _ reason: String) {
        write("asking again in \(Int(seconds)) s: \(reason)")
        usleep(useconds_t(min(max(seconds, 0), 60) * 1e6))
    }

    func end() { if isTerminal { Self.put("\r\u{1b}[K") } }

    private func write(_ text: String) { if isTerminal { Self.put("\r\u{1b}[K\(text)") } }

    private static func put(_ text: String) { _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) } }
}
