/// Reads messages `io.prometheus.client.MetricFamily`, each preceded by its length, metric by metric: a family of any
/// size takes no more memory than its largest metric.
///
/// A family's name must come before its metrics, as all writers have it: they write fields in the order of their
/// numbers. Field numbers: `io/prometheus/client/metrics.proto` of https://github.com/prometheus/client_model.
struct ProtobufPageReader {
    private var kept: KeptSamples
    private var metric = MetricMessage()
    /// What has come and cannot be read yet.
    private var held: [UInt8] = []
    /// Bytes of the page before `held`.
    private var offset = 0
    /// Bytes of the field in progress that nobody needs.
    private var bytesToSkip = 0
    private var family: Family?
    /// The beginning of the page, for an error.
    private var opening: [UInt8] = []
    /// What is wrong with the page, by its place in it.
    private var fault: WireFault?

    /// What protocol buffers allow a message.
    private static let messageBytesMax: UInt64 = 1 << 31
    private static let nameField = 1
    private static let typeField = 3
    private static let metricField = 4

    private struct Family {
        /// Bytes of the message that are still to be read.
        var bytesLeft: Int
        var names: FamilyNames?
        var kind: ScrapedKind?
    }

    init(wanted: WantedNames, limits: PageLimits) {
        kept = KeptSamples(wanted: wanted, limits: limits)
    }

    mutating func feed(_ bytes: Span<UInt8>) throws(PageError) {
        if opening.count <= PageExcerpt.bytesMax {
            let piece = bytes.extracting(first: PageExcerpt.bytesMax + 1 - opening.count)
            piece.withUnsafeBufferPointer { opening.append(contentsOf: $0) }
        }
        do {
            if fault == nil { try read(bytes) }
        } catch {
            fault = WireFault(position: offset + error.position, reason: error.reason)
        }
        // A page of something else is named by its beginning, so that is waited for.
        if let fault, kept.page.sampleCount > 0 || opening.count > PageExcerpt.bytesMax { throw pageError(fault) }
    }

    mutating func finish() throws(PageError) -> ScrapedPage {
        if let fault { throw pageError(fault) }
        endFamily()
        guard held.isEmpty, family == nil else { throw otherPage ?? .truncated }
        return kept.finish()
    }

    // MARK: Pieces

    private mutating func read(_ bytes: Span<UInt8>) throws(WireFault) {
        guard !held.isEmpty else {
            let position = try readFields(bytes)
            return bytes.extracting(position..<bytes.count).withUnsafeBufferPointer { held.append(contentsOf: $0) }
        }
        // Taken out, so that it is read without being copied.
        var all: [UInt8] = []
        swap(&all, &held)
        bytes.withUnsafeBufferPointer { all.append(contentsOf: $0) }
        let position = try readFields(all.span)
        if position > 0 { all.removeFirst(position) }
        swap(&all, &held)
    }

    /// Reads as far as it can; how far that is.
    private mutating func readFields(_ bytes: Span<UInt8>) throws(WireFault) -> Int {
        var position = 0
        while position < bytes.count, let count = try readField(bytes, at: position) { position += count }
        offset += position
        return position
    }

    /// Reads the length of a family, a field of one, or a piece of what nobody needs. How many bytes that were; nil
    /// where it has not come as a whole.
    private mutating func readField(_ bytes: Span<UInt8>, at start: Int) throws(WireFault) -> Int? {
        let available = bytes.count - start
        if bytesToSkip > 0 {
            let count = min(bytesToSkip, available)
            bytesToSkip -= count
            family?.bytesLeft -= count
            return count
        }
        endFamily()
        let bytesLeft = family?.bytesLeft ?? Int.max
        var cursor = WireCursor(start..<start + min(bytesLeft, available))
        do {
            let isRead = family == nil ? try beginFamily(bytes, &cursor) : try readField(bytes, start, &cursor)
            guard isRead else { return nil }
        } catch {
            guard error.reason == .cutOff, available < bytesLeft else { throw error }
            return nil
        }
        return cursor.position - start
    }

    // MARK: Families

    private mutating func beginFamily(_ bytes: Span<UInt8>, _ cursor: inout WireCursor) throws(WireFault) -> Bool {
        let start = cursor.position
        let length = try cursor.varint(bytes)
        guard length <= Self.messageBytesMax else { throw WireFault(position: start, reason: .messageTooLong) }
        family = Family(bytesLeft: Int(length))
        return true
    }

    /// Reads a field of the family up to its content where that is of no use; false where it has not come as a whole.
    private mutating func readField(
        _ bytes: Span<UInt8>, _ start: Int, _ cursor: inout WireCursor
    ) throws(WireFault) -> Bool {
        let (number, type) = try cursor.tag(bytes)
        guard type == .lengthDelimited else {
            let value = try cursor.number(bytes, type)
            if number == Self.typeField { family?.kind = Self.kind(value) }
            if number == Self.nameField || number == Self.metricField {
                throw WireFault(position: start, reason: .otherType)
            }
            family?.bytesLeft -= cursor.position - start
            return true
        }
        let length = try cursor.varint(bytes)
        let header = cursor.position - start
        guard length <= UInt64((family?.bytesLeft ?? 0) - header) else {
            throw WireFault(position: start, reason: .tooLong)
        }
        guard number == Self.nameField || number == Self.metricField else {
            bytesToSkip = Int(length)
            family?.bytesLeft -= header
            return true
        }
        guard length <= UInt64(kept.limits.metricBytesMax) else {
            throw WireFault(position: start, reason: .metricTooLong(bytes: Int(length)))
        }
        guard Int(length) <= cursor.bytesLeft else { return false }
        let content = cursor.take(Int(length))
        if number == Self.nameField {
            family?.names = FamilyNames(bytes, content, in: kept)
        } else {
            guard family?.names != nil else { throw WireFault(position: start, reason: .noName) }
            try metric.read(bytes, content, names: &family!.names!, kept: &kept)
        }
        family?.bytesLeft -= header + Int(length)
        return true
    }

    /// Ends the family where all of it was read.
    private mutating func endFamily() {
        guard let family, family.bytesLeft == 0 else { return }
        self.family = nil
        guard let names = family.names, let kind = family.kind else { return }
        let name = names.family
        let isWanted = names.isAnyWanted || kept.isWanted(family: name.span, 0..<name.count)
        if isWanted { kept.noteKind(name.span, 0..<name.count, kind) }
    }

    private static func kind(_ number: UInt64) -> ScrapedKind? {
        switch number {
        case 0: .counter
        case 1: .gauge
        case 2: .summary
        case 3: .unknown
        case 4: .histogram
        case 5: .gaugeHistogram
        default: nil
        }
    }

    // MARK: Errors

    private func pageError(_ fault: WireFault) -> PageError {
        if let otherPage { return otherPage }
        if case .metricTooLong(let bytes) = fault.reason {
            return .messageTooLong(bytes: bytes, limit: kept.limits.metricBytesMax)
        }
        return .malformedMessage(offset: fault.position, reason: fault.reason.text)
    }

    /// The error for a page of text that the server calls protobuf.
    private var otherPage: PageError? {
        let isText = opening.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
        guard kept.page.sampleCount == 0, opening.count > 2, isText, opening.prefix(3).allSatisfy({ $0 < 0x80 }) else {
            return nil
        }
        return .noExposition(excerpt: PageExcerpt.text(opening.span, 0..<opening.count))
    }
}
