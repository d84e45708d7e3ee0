/// Reads a page of metrics piece by piece, as it comes from the network.
public struct PageParser {
    public init(format: PageFormat, wanted: WantedNames, limits: PageLimits = .default) {}
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(PageError) {}
    public mutating func finish() throws(PageError) -> ScrapedPage { ScrapedPage() }
}
