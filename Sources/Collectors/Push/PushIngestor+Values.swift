import Telemetry

/// Values of lines that are known.
extension PushIngestor {
    mutating func take(
        _ line: StatsDLine, _ bytes: Span<UInt8>, _ entry: KnownLine, at time: PushTime
    ) {
        if line.type == .set { return insert(line, bytes, entry, at: time) }
        var values = ValueRanges(line)
        while let range = values.next(bytes) {
            do throws(MalformedReason) {
                let value = try entry.scale.value(bytes, range, type: line.type)
                take(value, isSigned: Self.isSigned(bytes[range.lowerBound]), of: line, entry, at: time)
            } catch {
                counters.count(error)
            }
        }
    }

    @inline(__always)
    private mutating func take(
        _ value: Double, isSigned: Bool, of line: StatsDLine, _ entry: KnownLine, at time: PushTime
    ) {
        let now = time.monotonicSeconds
        switch line.type {
        case .timing, .histogram:
            store.observe(value, inverseSampleRate: line.inverseSampleRate, in: entry.handle, nowSeconds: now)
            counters.timings &+= 1
            return
        case .counter: store.add(value * line.inverseSampleRate, to: entry.handle, nowSeconds: now)
        case .gauge:
            let isDelta = isSigned && options.signedGauges == .delta
            store.set(value, isDelta: isDelta, in: entry.handle, nowSeconds: now)
        case .set: return
        }
        counters.otherValues &+= 1
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
