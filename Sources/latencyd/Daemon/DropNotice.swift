internal import Collectors
internal import Telemetry

/// Decides when the log says that pushed values were not taken: once a minute at most, with the reasons, how many, and
/// what helps.
struct DropNotice {
    private var clock = NoticeClock()
    /// What was told or need not be: the counters, and when they were so, monotonic.
    private var told = PushCounters()
    private var toldSeconds: Double

    init(at monotonicSeconds: Double) { toldSeconds = monotonicSeconds }

    /// The line to be logged now; nil for none. To be asked at the end of every window.
    mutating func line(_ counters: PushCounters, at monotonicSeconds: Double) -> String? {
        guard clock.isDue(at: monotonicSeconds) else { return nil }
        let dropped = Self.grown(counters, told) { $0[$1 as DropReason] }.filter { $0.reason != .clientTelemetry }
        let malformed = Self.grown(counters, told) { $0[$1 as MalformedReason] }
        let seconds = Int((monotonicSeconds - toldSeconds).rounded())
        (told, toldSeconds) = (counters, monotonicSeconds)
        guard !dropped.isEmpty || !malformed.isEmpty else { return nil }
        clock.give(at: monotonicSeconds)
        var parts = ["not everything that was pushed in the last \(seconds) s was taken"]
        if !dropped.isEmpty {
            let reasons = dropped.map { "\($0.count) by \($0.reason.rawValue) (\(Self.remedy($0.reason)))" }
            parts.append("dropped: \(reasons.joined(separator: ", ")), see latencyd_push_dropped_total")
        }
        if !malformed.isEmpty {
            let reasons = malformed.map { "\($0.count) by \($0.reason.rawValue)" }.joined(separator: ", ")
            parts.append("malformed: \(reasons) (correct what the clients send), see latencyd_push_malformed_total")
        }
        return parts.joined(separator: "; ")
    }

    /// The reasons whose counters grew, the most frequent first.
    private static func grown<Reason: CaseIterable>(
        _ now: PushCounters, _ before: PushCounters, _ value: (PushCounters, Reason) -> UInt64
    ) -> [(reason: Reason, count: UInt64)] {
        Reason.allCases.map { ($0, value(now, $0) &- value(before, $0)) }.filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    }

    private static func remedy(_ reason: DropReason) -> String {
        switch reason {
        case .maxSeries: "raise push.max_series, or use fewer label values"
        case .maxSeriesPerMetric: "raise push.max_series_per_metric, or use fewer label values"
        case .maxSeriesPerSender: "raise push.max_series_per_sender, or use fewer label values"
        case .labelBytes: "use shorter and fewer labels, or raise push.max_series"
        case .typeConflict: "push each name with one type only"
        case .nameCollision: "rename one of the metrics"
        case .reservedName: "choose names that do not begin with latencyd_"
        case .clientTelemetry: "nothing"
        }
    }
}
