/// What a pushed line says its metric is: the type letter of StatsD and DogStatsD.
public enum PushedType: UInt8, Sendable, CaseIterable {
    /// `c`
    case counter
    /// `g`
    case gauge
    /// `ms`: always milliseconds
    case timing
    /// `h` and `d`
    case histogram
    /// `s`: distinct members
    case set

    /// The kind it is exposed as; a set is exposed as the number of its members.
    public var kind: MetricKind {
        switch self {
        case .counter: .counter
        case .gauge, .set: .gauge
        case .timing, .histogram: .histogram
        }
    }
}

/// How a pushed metric is exposed.
///
/// The rule: characters that a name may not have become `_`; a unit at the end (`_ms`, `_us`, `_ns`, `_seconds`,
/// `_bytes`) is replaced by the base unit's name and decides the scale; a `ms` timing is milliseconds whatever its name
/// ends with; a counter's `_total` stands at the end; a gauge whose name ends like a sample of another kind (`_total`,
/// `_count`, `_sum`, `_bucket`, `_created`), and a histogram whose name ends in `_total`, get `_value` at the end.
public struct PushedName: Sendable, Equatable {
    /// The family's name, a counter's without `_total`.
    public let name: String
    public let kind: MetricKind
    public let unit: MetricUnit
    /// The places by which a value's point moves to the left.
    public let decimals: UInt8
    /// Whether the end of the name was changed because it is another kind's.
    public let hadReservedSuffix: Bool

    /// Endings of counters' and histograms' samples.
    static let reservedSuffixes = ["_total", "_count", "_sum", "_bucket", "_created"]

    /// The exposed name of `raw`, nil where nothing is left to name it by.
    public init?(raw: String, type: PushedType) {
        var name = MetricName.sanitized(raw)
        if type == .counter, name.hasSuffix("_total") { name.removeLast("_total".utf8.count) }
        var decimals: UInt8 = 0
        var unit = MetricUnit.none
        if let (stem, named) = PushedUnit.split(name), type != .set {
            name = stem + "_" + named.base.suffix
            unit = named.base
            decimals = named.decimals
        }
        if type == .timing {
            if unit == .bytes || unit == .none { name += "_seconds" }
            unit = .seconds
            decimals = 3
        }
        guard !name.isEmpty else { return nil }
        switch type.kind {
        case .counter: hadReservedSuffix = false
        case .gauge: hadReservedSuffix = Self.reservedSuffixes.contains { name.hasSuffix($0) }
        case .histogram: hadReservedSuffix = name.hasSuffix("_total")
        }
        if hadReservedSuffix { name += "_value" }
        self.name = name
        self.kind = type.kind
        self.unit = unit
        self.decimals = decimals
    }

    /// Names that no one else on the page may use: the family's own in every format, and those of its samples.
    public var claims: [String] {
        switch kind {
        case .counter: [name, name + "_total", name + "_created"]
        case .gauge: [name]
        case .histogram: [name, name + "_bucket", name + "_count", name + "_sum", name + "_created"]
        }
    }
}
