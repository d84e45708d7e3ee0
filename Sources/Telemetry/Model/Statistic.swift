/// A statistic of a timing over the trailing minute.
public enum Statistic: String, Sendable, Hashable, CaseIterable {
    case p50
    case p95
    case p99
    case mean
    case stddev
    /// Observations per second.
    case rate
}
