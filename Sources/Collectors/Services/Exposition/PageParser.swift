/// Reads a page of metrics piece by piece, as it comes from the network. Where the pieces end makes no difference.
///
/// Holds no more than one unfinished line or metric, and what is wanted, both within `PageLimits`. After an error the
/// page is of no use.
public struct PageParser {
    private var lines: TextLines
    /// Nil only while it works.
    private var text: TextPageReader?

    /// - Parameters:
    ///   - format: as the server names it.
    ///   - wanted: what is kept. Other lines cost hardly more than finding their ends.
    ///   - limits: how much is taken.
    public init(format: PageFormat, wanted: WantedNames, limits: PageLimits = .default) {
        text = TextPageReader(wanted: wanted, limits: limits, isOpenMetrics: format == .openMetrics)
        lines = TextLines(lineBytesMax: limits.lineBytesMax)
    }

    /// Reads the next piece of the page, of any length.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(PageError) {
        let bytes = bytes.bindMemory(to: UInt8.self).span
        guard !bytes.isEmpty, var text = text.take() else { return }
        defer { self.text = text }
        try lines.feed(bytes) { bytes, line throws(PageError) in try text.read(bytes, line) }
    }

    /// Ends the page, and gives what was wanted of it.
    public mutating func finish() throws(PageError) -> ScrapedPage {
        guard var text = text.take() else { return ScrapedPage() }
        try lines.finish { bytes, line throws(PageError) in try text.read(bytes, line) }
        return try text.finish()
    }
}
