internal import Platform

/// The minutes of one series in one hour, packed: numbers are rounded to 12 significant bits (0.025 %; the sketch behind
/// them is exact to 1.1 %), bytes of the same weight stand together, and all is compressed.
struct HourBlock: Sendable, Equatable {
    static let minutes = 60
    private static let version: UInt8 = 1
    /// Version and the set of minutes that are there.
    private static let headBytes = 9
    /// Bits that rounding clears; what is left has 20 bits.
    private static let clearedBits: UInt32 = 12

    /// Nil for minutes without a summary.
    var summaries: [MinuteSummary?] = Array(repeating: nil, count: minutes)

    /// Takes `other`'s minutes, which replace those that are here.
    mutating func merge(_ other: HourBlock) {
        for (minute, summary) in other.summaries.enumerated() where summary != nil { summaries[minute] = summary }
    }

    /// Hands each minute that is there to `body`, as one of `hour`.
    func each(in hour: Int64, _ body: (_ minute: Int64, MinuteSummary) -> Void) {
        for (place, summary) in summaries.enumerated() {
            if let summary { body(hour * 60 + Int64(place), summary) }
        }
    }

    func encoded() -> [UInt8] {
        let present = summaries.compactMap(\.self)
        var bytes = [Self.version]
        let mask = summaries.enumerated().reduce(UInt64(0)) { $1.element == nil ? $0 : $0 | 1 << UInt64($1.offset) }
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: mask >> shift)) }
        for field in 0..<MinuteSummary.fieldCount {
            let numbers = present.map { Self.rounded($0.bits(field)) }
            for shift: UInt32 in [24, 16, 8] {
                for number in numbers { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
            }
        }
        return Gzip.compress(bytes)
    }

    init() {}

    /// Nil for what was not encoded by this version, or is damaged.
    init?(decoding packed: [UInt8]) {
        let limit = Self.headBytes + Self.minutes * MinuteSummary.fieldCount * 3
        guard let bytes = try? Gzip.decompress(packed, limitBytes: limit), bytes.count >= Self.headBytes,
            bytes[0] == Self.version
        else { return nil }
        let mask = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[1 + $1]) << UInt64(8 * $1) }
        let count = mask.nonzeroBitCount
        guard mask >> UInt64(Self.minutes) == 0,
            bytes.count == Self.headBytes + count * MinuteSummary.fieldCount * 3
        else { return nil }
        var next = 0
        for minute in 0..<Self.minutes where mask & 1 << UInt64(minute) != 0 {
            var summary = MinuteSummary()
            for field in 0..<MinuteSummary.fieldCount {
                let start = Self.headBytes + field * 3 * count + next
                let number =
                    UInt32(bytes[start]) << 24 | UInt32(bytes[start + count]) << 16
                    | UInt32(bytes[start + 2 * count]) << 8
                summary[field] = Float(bitPattern: number)
            }
            summaries[minute] = summary
            next += 1
        }
    }

    /// To the nearest; never from a number to infinity.
    private static func rounded(_ bits: UInt32) -> UInt32 {
        let exponent: UInt32 = 0x7F80_0000
        let kept = ~UInt32(0) << clearedBits
        guard bits & exponent != exponent else { return bits & kept }
        let up = bits + (1 << (clearedBits - 1))
        return (up & exponent == exponent ? bits : up) & kept
    }
}
