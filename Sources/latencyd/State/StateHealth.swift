/// Whether the state is kept, and what was told about it.
struct StateHealth: Sendable {
    /// What the log should say.
    enum Notice: Sendable, Equatable {
        /// It ceased to work, for this reason.
        case failing(String)
        case worksAgain
    }

    private(set) var isWorking = true
    private(set) var writes: UInt64 = 0
    private(set) var failures: UInt64 = 0
    private var retrySeconds: Double?
    private var told: String?

    /// Whether to try now. Monotonic seconds.
    func mayTry(at now: Double) -> Bool { retrySeconds.map { now >= $0 } ?? true }

    /// When to try again; nil while it works.
    var nextTrySeconds: Double? { retrySeconds }

    mutating func succeeded() -> Notice? {
        writes += 1
        defer {
            isWorking = true
            retrySeconds = nil
            told = nil
        }
        return isWorking ? nil : .worksAgain
    }

    /// The same failure is told once, until it works again.
    mutating func failed(_ error: StateError, at now: Double) -> Notice? {
        failures += 1
        isWorking = false
        retrySeconds = now + StateLimits.retrySeconds
        let text = error.description
        defer { told = text }
        return told == text ? nil : .failing(text)
    }
}
