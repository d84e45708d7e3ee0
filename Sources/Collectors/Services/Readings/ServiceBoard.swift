internal import Platform
public import Telemetry

/// What is known of all services, for the threads that show and judge it.
public final class ServiceBoard: Sendable {
    private struct State: Sendable {
        var records: [String: ServiceRecord] = [:]
        /// Made once for all who ask between two rounds.
        var families: [MetricFamily]?
    }

    private let state = Locked(State())

    public init() {}

    /// Every family of the services, by name; no name twice.
    public func families() -> [MetricFamily] {
        state.withLock { state in
            if let families = state.families { return families }
            var families = ServiceFamilies()
            for record in state.records.values { record.show(in: &families) }
            let sorted = families.sorted
            state.families = sorted
            return sorted
        }
    }

    /// Ends `count` windows of the services' timings, all but one of them empty, and hands over what finished.
    public func endWindows(_ count: Int, windowSeconds: Double) -> [SeriesStore.TimingWindows] {
        let windowsMax = max(1, Int((60 / windowSeconds).rounded()))
        return state.withLock { state in
            state.records.keys.sorted().flatMap { name in
                state.records[name]!.endWindows(count, windowsMax: windowsMax, windowSeconds: windowSeconds)
            }
        }
    }

    /// Timings of which services state the statistics themselves: as of each one's last reading, and of the windows
    /// that ``endWindows(_:windowSeconds:)`` ended. No series twice.
    public func statedTimings() -> [TimingSummary] {
        state.withLock { state in
            state.records.keys.sorted().flatMap { state.records[$0]!.statedTimings }
        }
    }

    /// How many services are up, and how many there are.
    public var counts: (up: Int, all: Int) {
        state.withLock { state in
            (state.records.values.count { $0.last.map { $0.failure == nil } ?? false }, state.records.count)
        }
    }

    // MARK: For the reader

    func begin(_ settings: ServiceSettings, unixSeconds: Double) {
        state.withLock {
            $0.records[settings.name] = ServiceRecord(settings, unixSeconds: unixSeconds)
            $0.families = nil
        }
    }

    func end(_ name: String) {
        state.withLock {
            $0.records[name] = nil
            $0.families = nil
        }
    }

    func take(_ round: ServiceRound, of name: String, monotonicSeconds: Double, unixSeconds: Double) {
        state.withLock {
            $0.records[name]?.take(round, monotonicSeconds: monotonicSeconds, unixSeconds: unixSeconds)
            $0.families = nil
        }
    }
}
