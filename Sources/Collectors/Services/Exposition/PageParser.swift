/// Reads a page of metrics piece by piece, as it comes from the network. Where the pieces end makes no difference.
///
/// Holds no more than one unfinished line or metric, and what is wanted, both within `PageLimits`. After an error the
/// page is of no use.
public struct PageParser {
    // One of the two readers works; none after the end.
    private var text: TextPageReader?
    private var protobuf: ProtobufPageReader?
    private var lines: TextLines

    /// - Parameters:
    ///   - format: as the server names it.
    ///   - wanted: what is kept. Other lines cost hardly more than finding their ends.
    ///   - limits: how much is taken.
    public init(format: PageFormat, wanted: WantedNames, limits: PageLimits = .default) {
        lines = TextLines(lineBytesMax: limits.lineBytesMax)
        switch format {
        case .text, .openMetrics:
            text = TextPageReader(wanted: wanted, limits: limits, isOpenMetrics: format == .openMetrics)
        case .protobuf: protobuf = ProtobufPageReader(wanted: wanted, limits: limits)
        }
    }

    /// Reads the next piece of the page, of any length.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(PageError) {
        try feed(bytes.bindMemory(to: UInt8.self).span)
    }

    /// Reads the next piece of the page, of any length.
    public mutating func feed(_ bytes: Span<UInt8>) throws(PageError) {
        try protobuf?.feed(bytes)
        // Taken out, so that lines and their reader can be changed at the same time.
        guard !bytes.isEmpty, var text = text.take() else { return }
        defer { self.text = text }
        try lines.feed(bytes) { bytes, line throws(PageError) in try text.read(bytes, line) }
    }

    /// Ends the page, and gives what was wanted of it.
    public mutating func finish() throws(PageError) -> ScrapedPage {
        if var protobuf = protobuf.take() { return try protobuf.finish() }
        guard var text = text.take() else { return ScrapedPage() }
        try lines.finish { bytes, line throws(PageError) in try text.read(bytes, line) }
        return try text.finish()
    }
}
