/// Where the parts of a request head lie in memory, in the order sent: finds bytes that libmicrohttpd has passed over.
///
/// It ends a target and a header's value at the first zero byte, as C does; others who read the same bytes may not.
struct HeadSpans {
    /// Longer gaps lie between parts that were moved, and say nothing.
    let gapBytesMax: Int
    private var end: UnsafeRawPointer?
    /// Whether there was something between two parts that belongs to neither.
    private(set) var hasStray = false

    init(gapBytesMax: Int) { self.gapBytesMax = gapBytesMax }

    /// The next part, of which `count` bytes are known.
    mutating func add(_ start: UnsafeRawPointer?, _ count: Int) {
        guard let start else { return }
        look(before: start)
        end = start + count
    }

    /// The head ends at `limit`.
    mutating func close(_ limit: UnsafeRawPointer) {
        look(before: limit)
        end = nil
    }

    private mutating func look(before next: UnsafeRawPointer) {
        guard let end, end < next, next - end <= gapBytesMax else { return }
        let gap = UnsafeRawBufferPointer(start: end, count: next - end)
        hasStray = hasStray || !gap.allSatisfy(Self.isSeparator)
    }

    /// Spaces, line ends and the colon behind a name, or the zeros that were written in their places.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0 || byte == 0x09 || byte == 0x0A || byte == 0x0D || byte == 0x20 || byte == UInt8(ascii: ":")
    }
}
