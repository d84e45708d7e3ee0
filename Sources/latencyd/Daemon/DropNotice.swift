internal import Collectors
internal import Telemetry

/// Decides when the log says that pushed values are not taken: at most once a minute, with what and how many.
struct DropNotice: Sendable {
    static let intervalSeconds = 60.0

    private var told = PushCounters()
    private var nextSeconds = -Double.infinity

    /// What to log now about `counters`; nil when nothing was lost since the last notice, or it was lately.
    mutating func notice(_ counters: PushCounters, at monotonicSeconds: Double) -> String? {
        guard monotonicSeconds >= nextSeconds else { return nil }
        // A client's metrics about itself are dropped on purpose.
        let dropped = DropReason.allCases.filter { $0 != .clientTelemetry }
            .map { (name: $0.rawValue, count: counters[$0] - told[$0]) }.filter { $0.count > 0 }
        let malformed = MalformedReason.allCases
            .map { (name: $0.rawValue, count: counters[$0] - told[$0]) }.filter { $0.count > 0 }
        guard !dropped.isEmpty || !malformed.isEmpty else { return nil }
        told = counters
        nextSeconds = monotonicSeconds + Self.intervalSeconds
        var parts: [String] = []
        if !dropped.isEmpty {
            parts.append("dropped \(Self.list(dropped)): see docs/limits.md and latencyd_push_dropped_total")
        }
        if !malformed.isEmpty {
            parts.append("could not read \(Self.list(malformed)): see latencyd_push_malformed_total")
        }
        return "pushed lines since the last such message: " + parts.joined(separator: "; ")
    }

    private static func list(_ counts: [(name: String, count: UInt64)]) -> String {
        counts.map { "\($0.count) (\($0.name))" }.joined(separator: ", ")
    }
}
