public import Telemetry

/// One part of the series of all queries, by a hash of their labels: each series belongs to exactly one of the parts,
/// on every host and in every version.
public struct PromQLShard: Sendable, Hashable {
    /// From 1 to `count`.
    public let index: Int
    public let count: Int

    /// Nil unless `index` is from 1 to `count`, and `count` at most ``PromQLLimits/shardsMax``.
    public init?(_ index: Int, of count: Int) {
        guard count <= PromQLLimits.shardsMax, index >= 1, index <= count else { return nil }
        self.index = index
        self.count = count
    }

    /// Whether a series with these labels is in this part.
    public func takes(_ labels: LabelSet) -> Bool {
        Self.hash(labels) % UInt64(count) == UInt64(index - 1)
    }

    /// FNV-1a over names and values, each ended by a byte that no UTF-8 text has; then mixed, since a remainder looks
    /// at the low bits alone.
    static func hash(_ labels: LabelSet) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func take(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01b3
        }
        for label in labels.labels {
            take(label.name)
            take(label.value)
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
