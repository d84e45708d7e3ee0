public import Telemetry

/// Takes packets of StatsD and DogStatsD lines into the series store.
///
/// Pure but for its own state: the socket loop hands it bytes, whoever scrapes asks it for the store and the counters,
/// and one lock around it is the owner's business.
public struct PushIngestor {
    public var store: SeriesStore
    public internal(set) var counters = PushCounters()
    /// Who pushed lately.
    public var pushers = RecentPushers()
    var options: PushOptions
    /// Lines by all their bytes but the values.
    var repeated: RepeatedLines
    /// Lines by name, type and tags, whatever else they hold in whatever order.
    var known: LineCache<KnownLine>
    var refused: LineCache<RefusedLine>
    let seed: UInt64

    /// A line whose series exists.
    typealias KnownLine = RepeatedLines.Entry

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
        repeated = Self.repeatedLines(options, seed)
        known = Self.knownLines(options, seed)
        refused = Self.refusedLines(seed)
    }

    private static func repeatedLines(_ options: PushOptions, _ seed: UInt64) -> RepeatedLines {
        RepeatedLines(
            entriesMax: max(64, options.limits.seriesMax * PushLimits.cachedLinesPerSeries),
            bytesMax: PushLimits.cacheBytesMax, seed: seed)
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
        forgetLines()
    }

    /// Gives back the memory of what is known of lines. They are learned anew; nothing else changes.
    public mutating func forgetLines() {
        repeated = Self.repeatedLines(options, seed)
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
        if cursor.offset == 0 { pushers.note(sender.pid) }
        while cursor.offset < packet.count {
            guard budgetBytes > 0 else { return false }
            let next = packet.withUnsafeBytes {
                takeRepeated($0, from: cursor.offset, isCut: isCut, at: time, budgetBytes: &budgetBytes)
            }
            if next > cursor.offset {
                cursor.hasLine = true
                cursor.offset = next
                continue
            }
            let start = cursor.offset
            let newline = packet.firstIndex(of: UInt8(ascii: "\n"), in: start..<packet.count)
            if newline == nil, isCut { break }
            let end = newline ?? packet.count
            // Some clients end lines with \r\n.
            let line = end > start && packet[end &- 1] == UInt8(ascii: "\r") ? start..<end &- 1 : start..<end
            if !line.isEmpty {
                cursor.hasLine = true
                ingest(line: line, rawRange: start..<end, of: packet, sender: sender, at: time)
            }
            cursor.offset = end &+ 1
            budgetBytes &-= end &+ 1 &- start
        }
        counters.packets &+= 1
        counters.bytes &+= UInt64(packet.count)
        if isCut { counters.count(.datagramTruncated) } else if !cursor.hasLine { counters.count(.empty) }
        return true
    }

    /// - Parameter rawRange: the line's range with a carriage return at its end.
    private mutating func ingest(
        line range: Range<Int>, rawRange: Range<Int>, of bytes: Span<UInt8>, sender: Sender, at time: PushTime
    ) {
        guard range.count <= PushLimits.lineBytesMax else { return counters.count(.lineTooLong) }
        if bytes[range.lowerBound] == UInt8(ascii: "_"), countAside(bytes, range) { return }
        do throws(MalformedReason) {
            let line = try StatsDLine(bytes, range)
            let hash = known.hash(line, bytes)
            if let entry = known.find(line, bytes, hash: hash), store.isLive(entry.handle) {
                take(line, bytes, entry, at: time)
                var entry = entry
                entry.inverseSampleRate = line.inverseSampleRate
                remember(line, rawRange: rawRange, of: bytes, entry)
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
