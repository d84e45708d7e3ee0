public import Platform

/// Reads all services on one thread, each in its own time: none waits for another.
public final class ServiceReader {
    private let client: HTTPClient
    private let board: ServiceBoard
    private let monotonicSeconds: () -> Double
    private let unixSeconds: () -> Double
    private var targets: [ServiceTarget] = []
    private var notices: [String: ServiceNotice] = [:]

    /// Nil when the HTTP library cannot be used.
    public init?(
        board: ServiceBoard, monotonicSeconds: @escaping () -> Double = HostClock.monotonicSeconds,
        unixSeconds: @escaping () -> Double = HostClock.unixSeconds
    ) {
        // Every service may have its requests on the way, so that none waits for a place.
        let transfersMax = ServiceLimits.servicesMax * ServiceLimits.requestsAtOnce
        guard let client = HTTPClient(transfersMax: transfersMax) else { return nil }
        self.client = client
        self.board = board
        self.monotonicSeconds = monotonicSeconds
        self.unixSeconds = unixSeconds
    }

    /// Reads these services from now on. One that is as it was goes on; at most ``ServiceLimits/servicesMax`` are read.
    public func apply(_ settings: [ServiceSettings]) {
        let now = monotonicSeconds()
        let wanted = Array(settings.prefix(ServiceLimits.servicesMax))
        var kept: [ServiceTarget] = []
        for var target in targets {
            if wanted.contains(target.settings) {
                kept.append(target)
            } else {
                target.cancel(client)
                board.end(target.settings.name)
                notices[target.settings.name] = nil
            }
        }
        for new in wanted where !kept.contains(where: { $0.settings == new }) {
            board.begin(new, unixSeconds: unixSeconds())
            kept.append(ServiceTarget(new, at: now))
        }
        targets = kept
    }

    /// Begins what is due, waits for answers until something is due again or `wakeup` has a signal, and takes those that
    /// came. Returns what people should know.
    public func turn(or wakeup: Wakeup) -> [ServiceNote] {
        var notes: [ServiceNote] = []
        let now = monotonicSeconds()
        for index in targets.indices {
            if let round = targets[index].begin(client, at: now) { notes += end(round, of: targets[index].settings) }
        }
        let due = targets.lazy.filter { !$0.isInProgress }.map(\.dueSeconds).min() ?? now + 60
        let answers = client.wait(seconds: due - monotonicSeconds(), or: wakeup)
        for answer in answers {
            for index in targets.indices {
                if let round = targets[index].take(answer, client, at: monotonicSeconds()) {
                    notes += end(round, of: targets[index].settings)
                }
            }
        }
        return notes
    }

    private func end(_ round: ServiceRound, of settings: ServiceSettings) -> [ServiceNote] {
        board.take(
            round, of: settings.name, monotonicSeconds: monotonicSeconds(), unixSeconds: unixSeconds())
        return notices[settings.name, default: ServiceNotice(settings)].notes(of: round, at: monotonicSeconds())
    }
}
