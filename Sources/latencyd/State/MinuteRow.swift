/// All summaries of one minute as one run of bytes: for each series its id and six numbers of 32 bits, low bytes first.
enum MinuteRow {
    /// Bytes of one series.
    static let entryBytes = 28

    static func encode(_ summaries: [Int64: MinuteSummary]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(summaries.count * entryBytes)
        for (id, summary) in summaries.sorted(by: { $0.key < $1.key }) {
            append(UInt32(truncatingIfNeeded: id), to: &bytes)
            for field in 0..<MinuteSummary.fieldCount { append(summary.bits(field), to: &bytes) }
        }
        return bytes
    }

    /// Hands each series' id and summary to `body`, only `id` when it is given. What is no whole entry is passed over.
    static func decode(_ bytes: [UInt8], only id: Int64? = nil, _ body: (Int64, MinuteSummary) -> Void) {
        bytes.withUnsafeBytes { raw in
            for start in stride(from: 0, through: raw.count - entryBytes, by: entryBytes) {
                func number(_ place: Int) -> UInt32 {
                    UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start + 4 * place, as: UInt32.self))
                }
                let found = Int64(number(0))
                if let id, id != found { continue }
                func value(_ place: Int) -> Float { Float(bitPattern: number(place)) }
                body(
                    found,
                    MinuteSummary(
                        count: value(1), mean: value(2), p50: value(3), p95: value(4), p99: value(5),
                        standardDeviation: value(6)))
            }
        }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
