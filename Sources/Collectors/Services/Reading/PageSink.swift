public import Platform

/// Parses a page of metrics as it comes from the network.
public final class PageSink: HTTPBodySink {
    private let wanted: WantedNames
    private var parser: PageParser?
    private(set) var error: PageError?

    public init(_ wanted: WantedNames) { self.wanted = wanted }

    public func begin(status: Int, contentType: String?) {
        // What a server says beside another status is no page of metrics.
        if status == 200 { parser = PageParser(format: PageFormat(contentType: contentType), wanted: wanted) }
    }

    public func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard parser != nil else { return true }
        do {
            try parser?.feed(bytes)
            return true
        } catch {
            self.error = error
            return false
        }
    }

    /// The page, once all of it has come; an empty one is a page as well.
    public func finish() throws(PageError) -> ScrapedPage {
        if let error { throw error }
        guard parser != nil else { return ScrapedPage() }
        return try parser!.finish()
    }
}
