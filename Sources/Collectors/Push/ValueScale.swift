import Telemetry

/// How the values of one series are read: in which unit they come, and how large they may be.
struct ValueScale {
    /// What bounds the values.
    enum Magnitude: UInt8 {
        /// `PushLimits.secondsMax`
        case time
        /// `PushLimits.valueMax`
        case any
    }

    /// The places by which the point moves to the left to make values the base unit's: 3 for milliseconds.
    var decimals: UInt8
    var magnitude: Magnitude

    /// The largest magnitude taken, in the base unit.
    @inline(__always)
    var valueMax: Double { magnitude == .time ? PushLimits.secondsMax : PushLimits.valueMax }

    /// The value in `range`, in the base unit.
    func value(_ bytes: Span<UInt8>, _ range: Range<Int>, type: PushedType) throws(MalformedReason) -> Double {
        // Adding zero makes 0 of -0, whose sign would be taken for an exponent.
        let value = try DecimalParser.parse(bytes, range, movedBy: decimals) + 0.0
        guard value >= 0 || type == .gauge else { throw .negative }
        guard value.magnitude <= valueMax else { throw .outOfRange }
        return value
    }
}

/// The places of a line's values: `1:2:3`.
struct ValueRanges {
    private var start: Int
    private let end: Int
    private var isDone = false

    init(_ line: StatsDLine) {
        start = line.values.lowerBound
        end = line.values.upperBound
    }

    /// The next value's place, which may be empty; nil after the last.
    @inline(__always)
    mutating func next(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard !isDone else { return nil }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: start..<end) else {
            isDone = true
            return start..<end
        }
        defer { start = colon &+ 1 }
        return start..<colon
    }
}
