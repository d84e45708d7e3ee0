/// The beginning of a page or line for people: one line, printable, short.
enum PageExcerpt {
    static let bytesMax = 80

    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let part = bytes.extracting(range.prefix(bytesMax))
        let text = part.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(scalars) + (range.count > bytesMax ? "…" : "")
    }
}
