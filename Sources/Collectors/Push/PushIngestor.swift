public import Telemetry

/// Takes packets of StatsD and DogStatsD lines into the series store.
///
/// Pure but for its own state: the socket loop hands it bytes, whoever scrapes asks it for the store and the counters,
/// and one lock around it is the owner's business.
public struct PushIngestor {
    public var store: SeriesStore
    public internal(set) var counters = PushCounters()
    private var options: PushOptions
    private var known: LineCache<KnownLine>
    private var refused: LineCache<RefusedLine>
    private let seed: UInt64

    /// A line whose series exists.
    struct KnownLine {
        var handle: SeriesHandle
        var scale: ValueScale
    }

    /// A line that was refused to a sender, until something changes that refused it.
    struct RefusedLine {
        var refusal: Refusal
        var sender: Sender
        var epoch: UInt64
    }

    /// Why a whole line is refused, whatever its values.
    enum Refusal: Error {
        case malformed(MalformedReason)
        case dropped(DropReason)
    }

    /// - Parameter seed: random; hashes of names and set members depend on it.
    public init(store: SeriesStore, options: PushOptions, seed: UInt64) {
        self.store = store
        self.options = options
        self.seed = seed
        known = Self.knownLines(options, seed)
        refused = Self.refusedLines(seed)
    }

    private static func knownLines(_ options: PushOptions, _ seed: UInt64) -> LineCache<KnownLine> {
        LineCache(
            entriesMax: max(64, options.limits.seriesMax * PushLimits.cachedLinesPerSeries),
            bytesMax: PushLimits.cacheBytesMax, seed: seed)
    }

    private static func refusedLines(_ seed: UInt64) -> LineCache<RefusedLine> {
        LineCache(entriesMax: PushLimits.cachedRefusalsMax, bytesMax: PushLimits.refusalBytesMax, seed: seed)
    }

    /// Takes new options. Lines that are known are learned anew, so that they apply to them as well.
    public mutating func setOptions(_ options: PushOptions) {
        self.options = options
        store.setLimits(options.limits)
        known = Self.knownLines(options, seed)
        refused = Self.refusedLines(seed)
    }

    /// Counts what a socket could not hand over as a packet.
    public mutating func count(_ reason: MalformedReason) { counters.count(reason) }

    /// Counts a connection that a limit refused, or one that was closed for another's sake.
    public mutating func countRefusedConnection() { counters.connectionsRefused &+= 1 }

    // MARK: Packets

    /// How far a packet has been taken.
    public struct PacketCursor: Sendable {
        var offset = 0
        var hasLine = false
        public init() {}
    }

    /// Takes every line of `packet`; what is wrong with one of them is counted and touches no other.
    ///
    /// - Parameter isCut: whether the packet's end is missing, and with it the last line's.
    public mutating func ingest(packet: Span<UInt8>, isCut: Bool = false, sender: Sender, at time: PushTime) {
        var cursor = PacketCursor()
        var budgetBytes = Int.max
        _ = ingest(packet, isCut: isCut, sender: sender, at: time, from: &cursor, budgetBytes: &budgetBytes)
    }

    /// Takes lines of `packet` from `cursor` on until `budgetBytes` are used up, so that whoever holds a lock around
    /// this may let others in between. True when the packet is done.
    public mutating func ingest(
        _ packet: Span<UInt8>, isCut: Bool, sender: Sender, at time: PushTime, from cursor: inout PacketCursor,
        budgetBytes: inout Int
    ) -> Bool {
        while cursor.offset < packet.count {
            guard budgetBytes > 0 else { return false }
            let start = cursor.offset
            let newline = packet.firstIndex(of: UInt8(ascii: "\n"), in: start..<packet.count)
            if newline == nil, isCut { break }
            let end = newline ?? packet.count
            // Some clients end lines with \r\n.
            let line = end > start && packet[end &- 1] == UInt8(ascii: "\r") ? start..<end &- 1 : start..<end
            if !line.isEmpty {
                cursor.hasLine = true
                ingest(line: line, of: packet, sender: sender, at: time)
            }
            cursor.offset = end &+ 1
            budgetBytes &-= end &+ 1 &- start
        }
        counters.packets &+= 1
        counters.bytes &+= UInt64(packet.count)
        if isCut { counters.count(.datagramTruncated) } else if !cursor.hasLine { counters.count(.empty) }
        return true
    }

    private mutating func ingest(line range: Range<Int>, of bytes: Span<UInt8>, sender: Sender, at time: PushTime) {
        guard range.count <= PushLimits.lineBytesMax else { return counters.count(.lineTooLong) }
        if bytes[range.lowerBound] == UInt8(ascii: "_"), countAside(bytes, range) { return }
        do throws(MalformedReason) {
            let line = try StatsDLine(bytes, range)
            let hash = known.hash(line, bytes)
            if let entry = known.find(line, bytes, hash: hash), store.isLive(entry.handle) {
                take(line, bytes, entry, at: time)
            } else {
                takeUnknown(line, bytes, hash: hash, sender: sender, at: time)
            }
        } catch {
            counters.count(error)
        }
    }

    /// Counts an event or a service check; false when the line is neither.
    private mutating func countAside(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        guard range.count >= 3 else { return false }
        if bytes[start &+ 1] == UInt8(ascii: "e"), bytes[start &+ 2] == UInt8(ascii: "{") {
            counters.events &+= 1
            return true
        }
        if range.count >= 4, bytes[start &+ 1] == UInt8(ascii: "s"), bytes[start &+ 2] == UInt8(ascii: "c"),
            bytes[start &+ 3] == UInt8(ascii: "|")
        {
            counters.serviceChecks &+= 1
            return true
        }
        return false
    }
}

// MARK: - Lines seen for the first time

extension PushIngestor {
    /// Takes a line that stands for no series yet: it makes one, or is refused for the reason it was refused before.
    private mutating func takeUnknown(
        _ line: StatsDLine, _ bytes: Span<UInt8>, hash: UInt64, sender: Sender, at time: PushTime
    ) {
        if let entry = refused.find(line, bytes, hash: hash), entry.epoch == store.refusalEpoch,
            entry.sender == sender
        {
            return count(entry.refusal)
        }
        do throws(Refusal) {
            guard let entry = try learn(line, bytes, sender: sender, at: time) else { return }
            known.insert(entry, for: line, bytes, hash: hash)
            take(line, bytes, entry, at: time)
        } catch {
            count(error)
            let entry = RefusedLine(refusal: error, sender: sender, epoch: store.refusalEpoch)
            refused.insert(entry, for: line, bytes, hash: hash)
        }
    }

    private mutating func count(_ refusal: Refusal) {
        switch refusal {
        case .malformed(let reason): counters.count(reason)
        case .dropped(let reason): counters.count(reason)
        }
    }

    /// Finds out what `line` stands for, and makes its series if need be. Nil when it has no value to take.
    private mutating func learn(
        _ line: StatsDLine, _ bytes: Span<UInt8>, sender: Sender, at time: PushTime
    ) throws(Refusal) -> KnownLine? {
        let identity = try PushedIdentity.of(line, bytes)
        if identity.rawName.hasPrefix("datadog."), options.clientTelemetry == .drop {
            throw .dropped(.clientTelemetry)
        }
        var (labels, renamed) = PushedLabels.labels(fromTags: identity.tags)
        if labels["layer"] == nil, let layer = options.layer(identity.name.name) {
            labels = labels.adding([Label("layer", layer)])
        }
        let isTime = identity.name.kind == .histogram && identity.name.unit == .seconds
        let scale = ValueScale(
            denominator: identity.name.denominator, valueMax: isTime ? PushLimits.secondsMax : PushLimits.valueMax)
        guard hasGoodValue(line, bytes, scale) else { return nil }
        if identity.name.hadReservedSuffix { renamed.append(.reservedSuffix) }
        let handle = try admit(identity, line.type, labels, sender: sender, at: time)
        for reason in renamed { counters.count(reason) }
        return KnownLine(handle: handle, scale: scale)
    }

    private mutating func admit(
        _ identity: PushedIdentity, _ type: PushedType, _ labels: LabelSet, sender: Sender, at time: PushTime
    ) throws(Refusal) -> SeriesHandle {
        do {
            return try store.admit(
                rawName: identity.rawName, name: identity.name, type: type, labels: labels, sender: sender,
                unixSeconds: time.unixSeconds, nowSeconds: time.monotonicSeconds)
        } catch {
            throw .dropped(error)
        }
    }
}

// MARK: - Values

extension PushIngestor {
    private mutating func take(
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
    private mutating func hasGoodValue(_ line: StatsDLine, _ bytes: Span<UInt8>, _ scale: ValueScale) -> Bool {
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
