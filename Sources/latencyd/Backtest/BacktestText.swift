internal import AnomalyDetect

/// The rows of a backtest as CSV.
struct BacktestText {
    static let header = "timestamp,value,expected,lower,upper,score,level,alarm\n"

    private(set) var bytes = Array(header.utf8)

    mutating func append(_ row: BacktestRow) {
        append(TextOf.number(row.time))
        append(TextOf.number(row.value))
        for number in [row.expected, row.lower, row.upper] { append(Self.seventhDigit(number)) }
        append(TextOf.number(row.score))
        append(row.level.name)
        bytes.append(row.isAlarm ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// What came together since the last time.
    mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func append(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: ","))
    }

    /// Seven digits are more than an estimate is worth, and half the file.
    private static func seventhDigit(_ value: Double) -> String {
        let short = Float(value)
        guard short.isFinite, short.magnitude >= .leastNormalMagnitude else { return TextOf.number(value) }
        return short == short.rounded() && short.magnitude < 0x1p24 ? String(Int(short)) : short.description
    }
}
