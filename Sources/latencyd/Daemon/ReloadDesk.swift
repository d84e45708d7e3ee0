internal import Exporter
internal import Platform

/// Where other threads ask the main loop to reload the configuration.
final class ReloadDesk: Sendable {
    /// Requests that wait; one more is refused.
    static let waitingMax = 16
    /// A request that the main loop does not come to within so long is refused, seconds.
    static let patienceSeconds = 5.0

    /// Readable for the main loop while requests wait.
    let wakeup: Wakeup
    private let waiting = Locked<[Answer<ReloadOutcome>]>([])

    /// Nil when the process has no descriptor left.
    init?() {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
    }

    /// Requests that wait now.
    var waitingCount: Int { waiting.withLock { $0.count } }

    /// Asks, and waits for the outcome.
    func request() -> ReloadOutcome {
        let answer = Answer<ReloadOutcome>()
        let isQueued = waiting.withLock { waiting in
            guard waiting.count < Self.waitingMax else { return false }
            waiting.append(answer)
            return true
        }
        guard isQueued else { return .refused(["\(Self.waitingMax) reloads wait already; try again"]) }
        wakeup.signal()
        return answer.wait(seconds: Self.patienceSeconds)
            ?? .refused(["the daemon did not come to reload within \(Int(Self.patienceSeconds)) seconds; see its log"])
    }

    /// For the main loop: reloads once for all who wait.
    func serve(_ reload: () -> ReloadOutcome) {
        wakeup.clear()
        let answers = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !answers.isEmpty else { return }
        let outcome = reload()
        for answer in answers { answer.give(outcome) }
    }
}
