import Telemetry

/// One line of StatsD or DogStatsD, as places in its bytes: `name:value:value|type|@rate|#tags`.
///
/// Fields after the type may come in any order. `|c:` (container), `|T` (timestamp), `|e:` (external data), `|card:`
/// and whatever later versions of the protocol add are skipped: clients move ahead of servers.
struct StatsDLine {
    var name: Range<Int>
    /// One value, or several with `:` between them; of a set one member, whatever it holds.
    var values: Range<Int>
    var type: PushedType
    /// Without `|#`; empty when there are none.
    var tags: Range<Int>
    /// How many values each one stands for: 1 / sample rate.
    var inverseSampleRate: Double
    /// Whether a field tells the time, which is skipped.
    var hasTimestamp = false

    /// The line in `range` of `bytes`; the range is not empty and holds no newline.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MalformedReason) {
        let pipe = UInt8(ascii: "|")
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: range) else { throw .noValue }
        let afterColon = colon &+ 1..<range.upperBound
        guard let valueEnd = bytes.firstIndex(of: pipe, in: afterColon) else { throw .noType }
        guard colon > range.lowerBound else { throw .emptyName }
        name = range.lowerBound..<colon
        values = afterColon.lowerBound..<valueEnd
        tags = valueEnd..<valueEnd
        inverseSampleRate = 1

        var start = valueEnd &+ 1
        var end = bytes.firstIndex(of: pipe, in: start..<range.upperBound) ?? range.upperBound
        type = try Self.type(bytes, start..<end)
        while end < range.upperBound {
            start = end &+ 1
            end = bytes.firstIndex(of: pipe, in: start..<range.upperBound) ?? range.upperBound
            guard start < end else { continue }
            switch bytes[start] {
            case UInt8(ascii: "#"): tags = start &+ 1..<end
            case UInt8(ascii: "T"): hasTimestamp = true
            case UInt8(ascii: "@"): inverseSampleRate = try Self.inverseSampleRate(bytes, start &+ 1..<end)
            default: continue
            }
        }
    }

    private static func type(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(MalformedReason) -> PushedType {
        guard let first = range.first else { throw .noType }
        if range.count == 2, bytes[first] == UInt8(ascii: "m"), bytes[first &+ 1] == UInt8(ascii: "s") {
            return .timing
        }
        guard range.count == 1 else { throw .unknownType }
        switch bytes[first] {
        case UInt8(ascii: "c"): return .counter
        case UInt8(ascii: "g"): return .gauge
        case UInt8(ascii: "h"), UInt8(ascii: "d"): return .histogram
        case UInt8(ascii: "s"): return .set
        default: throw .unknownType
        }
    }

    private static func inverseSampleRate(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(MalformedReason) -> Double {
        let rate: Double
        do {
            rate = try DecimalParser.parse(bytes, range)
        } catch {
            throw .badSampleRate
        }
        guard rate >= PushLimits.sampleRateMin, rate <= 1 else { throw .badSampleRate }
        return 1 / rate
    }
}
