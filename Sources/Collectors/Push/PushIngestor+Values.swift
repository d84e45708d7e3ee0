import Telemetry

/// Values of lines that are known.
extension PushIngestor {
    mutating func take(_ line: StatsDLine, _ bytes: Span<UInt8>, _ entry: KnownLine, at time: PushTime) {
        if line.type == .set { return insert(line, bytes, entry, at: time) }
        // Lines that differ in their sample rates alone are one series'.
        var entry = entry
        entry.inverseSampleRate = line.inverseSampleRate
        var values = ValueRanges(line)
        while let range = values.next(bytes) { take(one: range, of: bytes, entry, at: time) }
    }

    /// Takes the value in `range` of `bytes`, or counts what is wrong with it.
    mutating func take(one range: Range<Int>, of bytes: Span<UInt8>, _ entry: KnownLine, at time: PushTime) {
        do throws(MalformedReason) {
            let value = try entry.scale.value(bytes, range, type: entry.type)
            _ = take(value, isSigned: Self.isSigned(bytes[range.lowerBound]), entry, at: time)
        } catch {
            counters.count(error)
        }
    }

    /// Takes a value that is good. False when the series no longer exists.
    @inline(__always)
    mutating func take(_ value: Double, isSigned: Bool, _ entry: KnownLine, at time: PushTime) -> Bool {
        let now = time.monotonicSeconds
        switch entry.type {
        case .timing, .histogram:
            guard
                store.observe(
                    value, inverseSampleRate: entry.inverseSampleRate, in: entry.handle, nowSeconds: now)
            else { return false }
            counters.timings &+= 1
            return true
        case .counter:
            guard store.add(value * entry.inverseSampleRate, to: entry.handle, nowSeconds: now) else { return false }
        case .gauge:
            let isDelta = isSigned && options.signedGauges == .delta
            guard store.set(value, isDelta: isDelta, in: entry.handle, nowSeconds: now) else { return false }
        case .set: return false
        }
        counters.otherValues &+= 1
        return true
    }

    private mutating func insert(
        _ line: StatsDLine, _ bytes: Span<UInt8>, _ entry: KnownLine, at time: PushTime
    ) {
        guard !line.values.isEmpty else { return counters.count(.badValue) }
        store.insert(
            memberHash: bytes.hash(line.values, seed: seed), in: entry.handle, nowSeconds: time.monotonicSeconds)
        counters.otherValues &+= 1
    }

    /// Whether a line that is not known yet has a value to take. If not, its faults are counted, and no series is made
    /// that would stand empty on the page.
    mutating func hasGoodValue(_ line: StatsDLine, _ bytes: Span<UInt8>, _ scale: ValueScale) -> Bool {
        if line.type == .set {
            if line.values.isEmpty { counters.count(.badValue) }
            return !line.values.isEmpty
        }
        var faults: [MalformedReason] = []
        var values = ValueRanges(line)
        while let range = values.next(bytes) {
            do throws(MalformedReason) {
                _ = try scale.value(bytes, range, type: line.type)
                return true
            } catch {
                faults.append(error)
            }
        }
        for fault in faults { counters.count(fault) }
        return false
    }

    @inline(__always)
    private static func isSigned(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }
}
