internal import Glibc
internal import Platform

/// How far a backtest is, for people who wait: one line that writes over itself, on a terminal only.
final class BacktestProgress: Sendable {
    /// Between two lines.
    private static let seconds = 0.2

    private struct State {
        var rows = 0
        var series = 0
        var shownAt = 0.0
    }

    private let count: Int
    private let isTerminal: Bool
    private let state = Locked(State())

    /// - Parameter count: of the series.
    init(count: Int, isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.count = count
        self.isTerminal = isTerminal
    }

    func add(rows: Int) { show { $0.rows += rows } }

    func addSeries() { show { $0.series += 1 } }

    /// Clears the line.
    func end() {
        guard isTerminal else { return }
        Self.write("\r\u{1b}[K")
    }

    private func show(_ change: (inout State) -> Void) {
        guard isTerminal else { return }
        state.withLock { state in
            change(&state)
            let now = HostClock.monotonicSeconds()
            guard now - state.shownAt >= Self.seconds else { return }
            state.shownAt = now
            Self.write("\r\u{1b}[K\(state.series) of \(count) series, \(state.rows) rows")
        }
    }

    private static func write(_ text: String) {
        _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}
