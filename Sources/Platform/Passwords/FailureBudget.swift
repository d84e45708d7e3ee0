/// How many wrong passwords may be tried: for each client's address, and for all together. Two token buckets.
///
/// Pure: the caller tells the time, in seconds of a monotonic clock.
public struct FailureBudget: Sendable {
    /// One client may be wrong so often at once, and again every `1 / clientPerSecond` seconds.
    public static let clientBurst = 5.0
    public static let clientPerSecond = 0.5
    /// All together: at 70 ms each no more than a third of a core.
    public static let totalBurst = 20.0
    public static let totalPerSecond = 4.0
    /// Addresses that are remembered; of more, the one that has waited longest is forgotten.
    public static let clientsMax = 256

    private struct Bucket {
        var tokens: Double
        var sinceSeconds: Double

        func tokens(at now: Double, burst: Double, perSecond: Double) -> Double {
            min(burst, tokens + max(0, now - sinceSeconds) * perSecond)
        }
    }

    private var clients: [String: Bucket] = [:]
    private var total = Bucket(tokens: totalBurst, sinceSeconds: 0)

    public init() {}

    /// Takes the cost of one check; false when there is nothing left.
    public mutating func take(_ client: String, at now: Double) -> Bool {
        let own = clients[client]?.tokens(at: now, burst: Self.clientBurst, perSecond: Self.clientPerSecond)
        let all = total.tokens(at: now, burst: Self.totalBurst, perSecond: Self.totalPerSecond)
        let left = own ?? Self.clientBurst
        guard left >= 1, all >= 1 else { return false }
        set(client, left - 1, at: now)
        total = Bucket(tokens: all - 1, sinceSeconds: now)
        return true
    }

    /// The password was right: the check costs nothing.
    public mutating func giveBack(_ client: String, at now: Double) {
        if let own = clients[client] {
            let left = own.tokens(at: now, burst: Self.clientBurst, perSecond: Self.clientPerSecond)
            set(client, min(Self.clientBurst, left + 1), at: now)
        }
        let all = total.tokens(at: now, burst: Self.totalBurst, perSecond: Self.totalPerSecond)
        total = Bucket(tokens: min(Self.totalBurst, all + 1), sinceSeconds: now)
    }

    private mutating func set(_ client: String, _ tokens: Double, at now: Double) {
        if clients[client] == nil, clients.count >= Self.clientsMax,
            let oldest = clients.min(by: { $0.value.sinceSeconds < $1.value.sinceSeconds })
        {
            clients[oldest.key] = nil
        }
        clients[client] = Bucket(tokens: tokens, sinceSeconds: now)
    }
}
