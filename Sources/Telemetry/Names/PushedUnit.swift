/// The unit a pushed metric's name ends with, and how its values become the base unit's.
public struct PushedUnit: Sendable, Equatable {
    /// As it stands at the end of a name, without the underscore.
    public let suffix: String
    public let base: MetricUnit
    /// The places by which a value's point moves to the left to make it the base unit's: 3 for milliseconds. Dividing by
    /// a power of ten keeps 5 ms equal to 0.005; multiplying by 0.001 would not for every value.
    public let decimals: UInt8

    /// The suffixes that are known: `foo_ms` is exposed as `foo_seconds`.
    public static let all = [
        PushedUnit(suffix: "ms", base: .seconds, decimals: 3),
        PushedUnit(suffix: "us", base: .seconds, decimals: 6),
        PushedUnit(suffix: "ns", base: .seconds, decimals: 9),
        PushedUnit(suffix: "seconds", base: .seconds, decimals: 0),
        PushedUnit(suffix: "bytes", base: .bytes, decimals: 0),
    ]

    /// The unit that `name` ends with and the name without it; nil when it ends with none or has nothing before it.
    public static func split(_ name: String) -> (stem: String, unit: PushedUnit)? {
        for unit in all where name.hasSuffix("_" + unit.suffix) && name.utf8.count > unit.suffix.utf8.count + 1 {
            return (String(name.dropLast(unit.suffix.utf8.count + 1)), unit)
        }
        return nil
    }
}
