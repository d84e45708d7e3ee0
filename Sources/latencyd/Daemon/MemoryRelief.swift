internal import Platform
internal import Telemetry

/// When memory is given back because it is short, and how often that was.
///
/// The main thread asks ``isDue(at:)``; any thread may read the metric.
final class MemoryRelief: Sendable {
    /// Caches that are given up fill again: not more often than this, however often the kernel tells, seconds.
    static let pauseSeconds = 30.0

    static let descriptor = MetricDescriptor(
        .counter, "latencyd_memory_relief",
        help:
            "Times that memory was short, as the service manager's file, the cgroup or the host tells, and caches were "
            + "given up.")

    /// What a poll says of the file.
    enum Event {
        case short
        /// Nothing will come from the descriptor any more.
        case lost(Int32)
    }

    private struct State {
        var nextSeconds = -Double.infinity
        var count: UInt64 = 0
    }

    private let pressure: MemoryPressure?
    private let state = Locked(State())

    /// - Parameter pressure: who tells; nil for nobody.
    init(_ pressure: MemoryPressure?) { self.pressure = pressure }

    /// For ``EventPoll/addUrgent(_:)``; nil where nobody tells.
    var pressureDescriptor: Int32? { pressure?.descriptor }

    /// Whether memory is to be given back, now that it is short; counts it.
    func isDue(at monotonicSeconds: Double) -> Bool {
        state.withLock { state in
            guard monotonicSeconds >= state.nextSeconds else { return false }
            state.nextSeconds = monotonicSeconds + Self.pauseSeconds
            state.count += 1
            return true
        }
    }

    /// What the log is told the first time.
    var notice: String? {
        guard let pressure, state.withLock({ $0.count }) == 1 else { return nil }
        let whose =
            switch pressure.origin {
            case .manager: "this unit"
            case .cgroup: "this cgroup"
            case .host: "this host"
            }
        return "memory is short in \(whose): caches were given up. latencyd_memory_relief_total counts further times"
    }

    /// Empty where nobody tells.
    var families: [MetricFamily] {
        guard let pressure else { return [] }
        let count = state.withLock { $0.count }
        return [MetricFamily(Self.descriptor, [Sample(["origin": pressure.origin.rawValue], Double(count))])]
    }
}
