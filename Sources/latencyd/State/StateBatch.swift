/// What one transaction writes.
struct StateBatch: Sendable {
    /// The summaries of one minute.
    struct Minute: Sendable {
        var minute: Int64
        var summaries: [(series: StateSeries, summary: MinuteSummary)]
    }

    /// Which baseline: the latest one counts.
    struct BaselineKey: Sendable, Hashable {
        var series: StateSeries
        var statistic: String
    }

    var minutes: [Minute] = []
    var baselines: [BaselineKey: StoredBaseline] = [:]
    /// By id; the latest state of each counts.
    var alerts: [String: StoredAlert] = [:]
    /// What fires, in the place of all that was stored of it; nil where that has not changed.
    var firing: StoredFiring?

    var isEmpty: Bool { minutes.isEmpty && baselines.isEmpty && alerts.isEmpty && firing == nil }
}

/// What is lost at a limit.
enum StateDrop: String, Sendable, Hashable, CaseIterable {
    /// A summary of a minute of one series.
    case summary
    case baseline
    case alert
}
