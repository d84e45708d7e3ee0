// Stands in for the detector until it is there: it learns nothing and finds nothing. To be deleted then.

/// The baseline of one statistic of one series.
public struct Baseline: Sendable {
    public init(_ settings: BaselineSettings) {}
    public mutating func assess(_ value: Double, count: Double, at: LocalInstant) -> Assessment { Assessment() }
    public mutating func learn(_ value: Double, count: Double, at: LocalInstant) {}
    public var state: BaselineState { .learning }
    public func encoded() -> [UInt8] { [] }
    public init?(decoding: [UInt8], settings: BaselineSettings) {}
}
