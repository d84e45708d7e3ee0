/// Offsets of local time from UTC, looked up once for each quarter of an hour, which is when they change.
struct OffsetMemory {
    private static let seconds: Int64 = 900

    private let lookUp: @Sendable (Int64) -> Int32
    private var quarter: Int64?
    private var offset: Int32 = 0

    init(_ lookUp: @escaping @Sendable (Int64) -> Int32) { self.lookUp = lookUp }

    /// At `unix`, seconds since 1970.
    mutating func offset(at unix: Int64) -> Int32 {
        if unix / Self.seconds != quarter {
            quarter = unix / Self.seconds
            offset = lookUp(unix)
        }
        return offset
    }
}
