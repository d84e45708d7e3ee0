/// Packets of timings as applications push them; the same for equal arguments.
struct TimingLines {
    let series: Int
    private var random = Random()
    private var next = 0

    init(series: Int) { self.series = series }

    /// So many lines, the series one after the other, in packets of `bytes` at the most, or of one line.
    mutating func packets(_ count: Int, bytes: Int, valuesPerLine: Int) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        var packet: [UInt8] = []
        for _ in 0..<count {
            let line = Array(line(valuesPerLine).utf8)
            if !packet.isEmpty, packet.count + line.count > bytes {
                packets.append(packet)
                packet = []
            }
            packet += line
        }
        return packets + [packet]
    }

    private mutating func line(_ values: Int) -> String {
        defer { next += 1 }
        let place = next % series
        let numbers = (0..<values).map { _ in
            let microseconds = 3_000 + random.next() % 60_000
            return "\(microseconds / 1_000).\("\(1_000 + microseconds % 1_000)".dropFirst())"
        }
        return "inference.latency:\(numbers.joined(separator: ":"))|ms|#model:m\(place / 8),stage:s\(place % 8)\n"
    }
}

/// xorshift64.
struct Random {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state >> 11
    }
}
