// Stands in for the detector until it is there: it learns nothing and finds nothing. To be deleted then.

public struct LocalInstant: Sendable {
    public let unix: Int64
    public let offset: Int32

    public init(unix: Int64, offset: Int32) {
        self.unix = unix
        self.offset = offset
    }
}

public struct BaselineSettings: Sendable, Equatable { public init() {} }

public enum BaselineState: String, Sendable { case learning, level, daily, weekly }

public struct Assessment: Sendable {
    public var expected = 0.0
    public var lower = 0.0
    public var upper = 0.0
    public var score = 0.0
    public var sigma = 0.0
    public var level = AlertLevel.none
}

public struct Baseline: Sendable {
    public init(_ settings: BaselineSettings) {}
    public mutating func assess(_ value: Double, count: Double, at: LocalInstant) -> Assessment { Assessment() }
    public mutating func learn(_ value: Double, count: Double, at: LocalInstant) {}
    public var state: BaselineState { .learning }
    public func encoded() -> [UInt8] { [] }
    public init?(decoding: [UInt8], settings: BaselineSettings) {}
}
