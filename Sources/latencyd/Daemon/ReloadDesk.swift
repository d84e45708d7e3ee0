internal import Exporter
internal import Platform

/// Where other threads ask the main loop to reload the configuration.
final class ReloadDesk: Sendable {
    /// Requests that wait; one more is refused.
    static let waitingMax = 16
    /// A request that the main loop does not come to within so long is refused, seconds. No other page is served
    /// meanwhile.
    static let patienceSeconds = 5.0

    /// Readable for the main loop while requests wait.
    let wakeup: Wakeup
    /// Nil when the desk is closed.
    private let waiting = Locked<[Answer<ReloadOutcome>]?>([])
    private static let closed = ReloadOutcome.refused(["the daemon is stopping"])

    /// Nil when the process has no descriptor left.
    init?() {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
    }

    /// Requests that wait now.
    var waitingCount: Int { waiting.withLock { $0?.count ?? 0 } }

    /// Asks, and waits for the outcome.
    func request() -> ReloadOutcome {
        let answer = Answer<ReloadOutcome>()
        let refusal: ReloadOutcome? = waiting.withLock { waiting in
            guard let count = waiting?.count else { return Self.closed }
            guard count < Self.waitingMax else {
                return .refused(["\(Self.waitingMax) reloads wait already; try again"])
            }
            waiting?.append(answer)
            return nil
        }
        if let refusal { return refusal }
        wakeup.signal()
        return answer.wait(seconds: Self.patienceSeconds)
            ?? .refused(["the daemon did not come to reload within \(Int(Self.patienceSeconds)) seconds; see its log"])
    }

    /// For the main loop: reloads once for all who wait.
    func serve(_ reload: () -> ReloadOutcome) {
        wakeup.clear()
        let answers: [Answer<ReloadOutcome>] = waiting.withLock { waiting in
            defer { if waiting != nil { waiting = [] } }
            return waiting ?? []
        }
        guard !answers.isEmpty else { return }
        let outcome = reload()
        for answer in answers { answer.give(outcome) }
    }

    /// For the main loop at its end: refuses all who wait, and all who come from now on.
    func close() {
        let answers = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
        for answer in answers { answer.give(Self.closed) }
    }
}
