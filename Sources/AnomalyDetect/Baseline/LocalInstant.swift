/// A moment, with what local clocks showed then: a seasonal profile is in local time when the load is.
public struct LocalInstant: Sendable, Hashable {
    /// What clocks can show, some 30,000 years around 1970. Beyond it nothing is judged or learned.
    static let range: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000

    /// Seconds since 1970, UTC.
    public let unix: Int64
    /// Local time minus UTC, in seconds.
    public let offset: Int32

    public init(unix: Int64, offset: Int32) {
        self.unix = unix
        self.offset = offset
    }

    /// Seconds that local clocks counted since 1970.
    var local: Int64 { unix &+ Int64(offset) }

    /// Seconds of the local week, which begins on a Monday: 0 to 604,799.
    var secondOfWeek: Int { Int(Self.remainder(local &- 4 * 86_400, 604_800)) }

    /// Seconds since local midnight by the offset in force: 0 to 86,399.
    var secondOfDay: Int { Int(Self.remainder(local, 86_400)) }

    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
