/// Cuts a connection's bytes into packets of lines.
///
/// Two framings are told apart by the first four bytes: DogStatsD's, where each packet is preceded by its length as 4
/// bytes little-endian, and plain lines, each ended by a newline. A length that is allowed has a zero as its fourth
/// byte, text has not.
struct StreamFramer {
    private enum Framing {
        case undecided
        case lengthPrefixed
        case lines
        /// Inside a line over the limit, up to its end.
        case skippingLine
    }

    private var framing = Framing.undecided
    /// The beginning of a frame or line whose end has not come. Bounded by the limits of both.
    private var unfinished: [UInt8] = []

    /// Whether a frame or line has begun and not ended.
    var isInsideFrame: Bool { !unfinished.isEmpty || framing == .skippingLine }

    /// Takes what was read, and calls `packet` with each complete packet.
    ///
    /// - Returns: what was wrong with a line that had to be skipped, nil otherwise.
    /// - Throws: when the connection makes no sense any more and is to be closed.
    mutating func feed(
        _ bytes: Span<UInt8>, packet: (Span<UInt8>) -> Void
    ) throws(MalformedReason) -> MalformedReason? {
        if unfinished.isEmpty {
            let (used, fault) = try consume(bytes, packet)
            for i in used..<bytes.count { unfinished.append(bytes[i]) }
            return fault
        }
        // In lines, what is unfinished holds no newline.
        let searched = framing == .lines ? unfinished.count : 0
        for i in bytes.indices { unfinished.append(bytes[i]) }
        // Taken out while it is read, so that it can be read in place.
        var buffer: [UInt8] = []
        swap(&buffer, &unfinished)
        let (used, fault) = try consume(buffer.span, searched: searched, packet)
        buffer.removeFirst(used)
        swap(&buffer, &unfinished)
        return fault
    }

    /// The connection has ended. A line without its newline counts, as the last one of a datagram does; half a frame
    /// does not.
    mutating func finish(packet: (Span<UInt8>) -> Void) -> MalformedReason? {
        defer { unfinished = [] }
        guard !unfinished.isEmpty else { return nil }
        let isText = framing == .lines || (framing == .undecided && unfinished.allSatisfy(Self.isText))
        guard isText else { return .frameTruncated }
        packet(unfinished.span)
        return nil
    }

    /// Hands over what is complete at the start of `bytes`, and says how many bytes that was. The first `searched` bytes
    /// are known to hold no end of a line.
    private mutating func consume(
        _ bytes: Span<UInt8>, searched: Int = 0, _ packet: (Span<UInt8>) -> Void
    ) throws(MalformedReason) -> (used: Int, fault: MalformedReason?) {
        if framing == .undecided {
            guard bytes.count >= 4 else { return (0, nil) }
            framing = try Self.framing(bytes)
        }
        switch framing {
        case .undecided: return (0, nil)
        case .lengthPrefixed: return (try consumeFrames(bytes, packet), nil)
        case .lines, .skippingLine: return consumeLines(bytes, searched: searched, packet)
        }
    }

    private static func framing(_ bytes: Span<UInt8>) throws(MalformedReason) -> Framing {
        if length(bytes, at: 0) <= PushLimits.packetBytesMax { return .lengthPrefixed }
        for i in 0..<4 where !isText(bytes[i]) { throw .frameTooLong }
        return .lines
    }

    private func consumeFrames(_ bytes: Span<UInt8>, _ packet: (Span<UInt8>) -> Void) throws(MalformedReason) -> Int {
        var start = 0
        while bytes.count - start >= 4 {
            let length = Self.length(bytes, at: start)
            guard length <= PushLimits.packetBytesMax else { throw .frameTooLong }
            guard bytes.count - start - 4 >= length else { break }
            packet(bytes.extracting(start + 4..<start + 4 + length))
            start += 4 + length
        }
        return start
    }

    private mutating func consumeLines(
        _ bytes: Span<UInt8>, searched: Int, _ packet: (Span<UInt8>) -> Void
    ) -> (used: Int, fault: MalformedReason?) {
        var start = 0
        if framing == .skippingLine {
            guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), in: 0..<bytes.count) else {
                return (bytes.count, nil)
            }
            framing = .lines
            start = newline + 1
        }
        if let last = bytes.lastNewline(from: max(start, searched)) {
            packet(bytes.extracting(start..<last))
            start = last + 1
        }
        guard bytes.count - start > PushLimits.lineBytesMax else { return (start, nil) }
        framing = .skippingLine
        return (bytes.count, .lineTooLong)
    }

    private static func length(_ bytes: Span<UInt8>, at start: Int) -> Int {
        Int(bytes[start]) | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2]) << 16 | Int(bytes[start + 3]) << 24
    }

    /// Bytes that text may hold: printable ASCII, line ends and tabs, UTF-8.
    private static func isText(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20...0x7E, 0x09, 0x0A, 0x0D, 0x80...0xF4: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// The last newline at or after `start`.
    func lastNewline(from start: Int) -> Int? {
        var i = count - 1
        while i >= start {
            if self[i] == UInt8(ascii: "\n") { return i }
            i -= 1
        }
        return nil
    }
}
