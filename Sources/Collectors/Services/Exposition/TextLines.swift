/// Cuts pieces of a page into lines. Holds no more than one unfinished line.
struct TextLines {
    private let lineBytesMax: Int
    private var unfinished: [UInt8] = []
    /// Whether the rest of a line that is too long is left out.
    private var isSkipping = false

    init(lineBytesMax: Int) { self.lineBytesMax = lineBytesMax }

    /// What a line turned out to be.
    enum Line {
        case whole(Range<Int>)
        /// The beginning of a line over the limit.
        case tooLong(Range<Int>)
    }

    /// Hands every line that `bytes` completes to `body`, without its line feed.
    @inline(__always)
    mutating func feed<Failure>(
        _ bytes: Span<UInt8>, _ body: (Span<UInt8>, Line) throws(Failure) -> Void
    ) throws(Failure) {
        var start = 0
        if !unfinished.isEmpty || isSkipping {
            let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), in: 0..<bytes.count)
            try hold(bytes, 0..<(newline ?? bytes.count), body)
            guard let newline else { return }
            try finish(body)
            start = newline &+ 1
        }
        while let newline = bytes.firstIndex(of: UInt8(ascii: "\n"), in: start..<bytes.count) {
            let isTooLong = newline &- start > lineBytesMax
            try body(bytes, isTooLong ? .tooLong(start..<newline) : .whole(start..<newline))
            start = newline &+ 1
        }
        try hold(bytes, start..<bytes.count, body)
    }

    /// Hands the last line to `body`, where it ended without a line feed.
    mutating func finish<Failure>(
        _ body: (Span<UInt8>, Line) throws(Failure) -> Void
    ) throws(Failure) {
        isSkipping = false
        guard !unfinished.isEmpty else { return }
        try body(unfinished.span, .whole(0..<unfinished.count))
        unfinished.removeAll(keepingCapacity: true)
    }

    private mutating func hold<Failure>(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ body: (Span<UInt8>, Line) throws(Failure) -> Void
    ) throws(Failure) {
        guard !isSkipping, !range.isEmpty else { return }
        let piece = range.prefix(lineBytesMax + 1 - unfinished.count)
        bytes.extracting(piece).withUnsafeBufferPointer { unfinished.append(contentsOf: $0) }
        guard unfinished.count > lineBytesMax else { return }
        isSkipping = true
        try body(unfinished.span, .tooLong(0..<unfinished.count))
        unfinished.removeAll(keepingCapacity: true)
    }
}
