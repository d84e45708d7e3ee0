import Telemetry

/// Lines that came before, which are nearly all of them: taken from their raw bytes.
extension PushIngestor {
    /// Takes lines of `packet` from `offset` on as long as they came before, `budgetBytes` are left, and each of them is
    /// whole.
    ///
    /// - Returns: where the first line begins that was not taken; the packet's end or beyond when all were.
    mutating func takeRepeated(
        _ packet: UnsafeRawBufferPointer, from offset: Int, isCut: Bool, at time: PushTime, budgetBytes: inout Int
    ) -> Int {
        // See `ByteWords.hash`.
        guard packet.count >= 8, let start = packet.baseAddress else { return offset }
        let end = start + packet.count
        var line = start + offset
        while line < end, budgetBytes > 0 {
            guard let next = takeRepeated(line, to: end, isCut: isCut, at: time) else { break }
            budgetBytes &-= next - line
            line = next
        }
        return line - start
    }

    /// Takes the line that begins at `line`, if it came before.
    ///
    /// - Returns: where the next one begins; nil when the line is not known, not whole, or unusual in any way.
    @inline(__always)
    private mutating func takeRepeated(
        _ line: UnsafeRawPointer, to end: UnsafeRawPointer, isCut: Bool, at time: PushTime
    ) -> UnsafeRawPointer? {
        let newline = UInt8(ascii: "\n")
        let (colon, headHash) = ByteWords.hash(
            from: line, to: end, stop: UInt8(ascii: ":"), otherStop: newline, seed: repeated.seed)
        guard colon < end, colon.load(as: UInt8.self) != newline else { return nil }
        let values = colon + 1
        guard let first = DecimalParser.digits(from: values, to: end), first.end < end else { return nil }
        var valuesEnd = first.end
        let isOne = valuesEnd.load(as: UInt8.self) == UInt8(ascii: "|")
        if !isOne {
            guard valuesEnd.load(as: UInt8.self) == UInt8(ascii: ":") else { return nil }
            valuesEnd = ByteWords.first(UInt8(ascii: "|"), or: newline, from: valuesEnd, to: end)
            guard valuesEnd < end, valuesEnd.load(as: UInt8.self) != newline else { return nil }
        }
        let (lineEnd, hash) = ByteWords.hash(
            from: valuesEnd, to: end, stop: newline, otherStop: newline, seed: headHash)
        guard lineEnd < end || !isCut, lineEnd - line <= PushLimits.lineBytesMax else { return nil }
        let head = UnsafeRawBufferPointer(start: line, count: colon - line)
        let tail = UnsafeRawBufferPointer(start: valuesEnd, count: lineEnd - valuesEnd)
        guard let entry = repeated.find(head, tail, hash: hash) else { return nil }
        if isOne {
            let value = first.value(movedBy: entry.scale.decimals)
            guard value <= entry.scale.valueMax, take(value, isSigned: false, entry, at: time) else { return nil }
        } else {
            guard store.isLive(entry.handle) else { return nil }
            take(several: UnsafeRawBufferPointer(start: values, count: valuesEnd - values), entry, at: time)
        }
        return lineEnd + 1
    }

    /// Takes the values of a line with several, `1:2:3`. What is wrong with one of them is counted.
    private mutating func take(several values: UnsafeRawBufferPointer, _ entry: KnownLine, at time: PushTime) {
        let base = values.baseAddress.unsafelyUnwrapped
        let end = base + values.count
        let isTiming = entry.type == .timing || entry.type == .histogram
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.valuesTogether) { together in
            var start = base
            while start <= end {
                let count = isTiming ? Self.read(&start, to: end, into: together, entry.scale) : 0
                if count > 0 {
                    observe(UnsafeBufferPointer(rebasing: together[..<count]), entry, at: time)
                }
                if count < together.count, start <= end {
                    let next = ByteWords.first(UInt8(ascii: ":"), or: UInt8(ascii: ":"), from: start, to: end)
                    let all = UnsafeBufferPointer(start: base.assumingMemoryBound(to: UInt8.self), count: values.count)
                    take(one: start - base..<next - base, of: all.span, entry, at: time)
                    start = next + 1
                }
            }
        }
    }

    /// Values of a line that are counted together.
    private static var valuesTogether: Int { 64 }

    /// Reads values from `start` on, up to the first that is unusual in any way, and moves `start` behind them.
    ///
    /// - Returns: how many there are.
    @inline(__always)
    private static func read(
        _ start: inout UnsafeRawPointer, to end: UnsafeRawPointer, into values: UnsafeMutableBufferPointer<Double>,
        _ scale: ValueScale
    ) -> Int {
        let valueMax = scale.valueMax
        var count = 0
        while count < values.count, start <= end, let digits = DecimalParser.digits(from: start, to: end),
            digits.end == end || digits.end.load(as: UInt8.self) == UInt8(ascii: ":")
        {
            let value = digits.value(movedBy: scale.decimals)
            guard value <= valueMax else { break }
            values.initializeElement(at: count, to: value)
            count &+= 1
            start = digits.end + 1
        }
        return count
    }

    private mutating func observe(_ values: UnsafeBufferPointer<Double>, _ entry: KnownLine, at time: PushTime) {
        let isTaken = store.observe(
            values, inverseSampleRate: entry.inverseSampleRate, in: entry.handle, nowSeconds: time.monotonicSeconds)
        if isTaken { counters.timings &+= UInt64(values.count) }
    }

    /// Remembers a line that is known, and came a second time, by its raw bytes: those of `range`.
    mutating func remember(_ line: StatsDLine, rawRange range: Range<Int>, of bytes: Span<UInt8>, _ entry: KnownLine) {
        // A set's member and a time stamp make nearly each line another.
        guard line.type != .set, !line.hasTimestamp else { return }
        bytes.withUnsafeBytes { bytes in
            let head = UnsafeRawBufferPointer(rebasing: bytes[line.name])
            let tail = UnsafeRawBufferPointer(rebasing: bytes[line.values.upperBound..<range.upperBound])
            let hash = ByteWords.hash(tail, seed: ByteWords.hash(head, seed: repeated.seed))
            repeated.insert(entry, head, tail, hash: hash)
        }
    }
}
