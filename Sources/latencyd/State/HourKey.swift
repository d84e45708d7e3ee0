/// The key of an hour's block: hours follow each other in the file, the series of an hour stand together.
enum HourKey {
    /// Hours since 1970 that have a key: to the year 246,000.
    static let hours: ClosedRange<Int64> = 0...Int64(Int32.max)
    private static let seriesBits: Int64 = 32

    static func of(_ hour: Int64, _ series: Int64) -> Int64 {
        clamped(hour) << seriesBits | series & Int64(UInt32.max)
    }

    static func first(of hour: Int64) -> Int64 { of(hour, 0) }
    static func last(of hour: Int64) -> Int64 { of(hour, Int64(UInt32.max)) }

    static func parts(_ key: Int64) -> (hour: Int64, series: Int64) {
        (key >> seriesBits, key & Int64(UInt32.max))
    }

    private static func clamped(_ hour: Int64) -> Int64 { min(max(hour, hours.lowerBound), hours.upperBound) }
}

extension Int64 {
    /// The hour of a minute, both since 1970.
    var hour: Int64 { self < 0 ? -1 : self / 60 }
}
