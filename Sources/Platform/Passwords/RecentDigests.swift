/// The last digests that were remembered, at most `limit`.
public struct RecentDigests: Sendable {
    private let limit: Int
    private var order: [[UInt8]] = []
    private var known: Set<[UInt8]> = []
    private var next = 0

    /// - Parameter limit: positive.
    public init(limit: Int) { self.limit = limit }

    public var count: Int { known.count }

    public func contains(_ digest: [UInt8]) -> Bool { known.contains(digest) }

    /// At the limit the one that was remembered first is forgotten.
    public mutating func insert(_ digest: [UInt8]) {
        guard known.insert(digest).inserted else { return }
        if order.count < limit {
            order.append(digest)
        } else {
            known.remove(order[next])
            order[next] = digest
            next = (next + 1) % limit
        }
    }
}
