import TestSupport

/// Damages pages as networks, proxies, bugs and enemies would.
enum PageMutation {
    private static let tokens: [[UInt8]] =
        [
            "{", "}", "\"", "\\", " ", "\t", "\n", "\r\n", "#", "# ", "# TYPE ", "# EOF\n", ",", "=", "=\"", "\"} ",
            "{}", ",}",
            "NaN", "+Inf", "-", ".", "e", "1e400", "9007199254740993", "0.1", "le", "_bucket", "_total", "a", ":", "é",
            "e\u{301}", " # {a=\"b\"} 1", "{\"x.y\",", "histogram\n", "\u{0}",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC3], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], Array(repeating: 0xFF, count: 10), [0x80, 0x01],
            [0x0A, 0x01],
            [0x22, 0x02], [0x12, 0x00], [0x1A, 0x09], [0x3A, 0x00], [0x62, 0x04, 0x08, 0x02, 0x10, 0x02],
            [0x6A, 0x01, 0x02],
        ]

    /// `page` after some damages; others are what parts of other pages are taken from.
    static func damaged(_ page: [UInt8], others: [[UInt8]], using generator: inout SeededGenerator) -> [UInt8] {
        var page = page
        // A short page is soon read, so that more of them are.
        switch generator.next(below: 4) {
        case 0: break
        // Messages are read from their beginning.
        case 1: page = Array(page.prefix(generator.next(below: 2000)))
        default: page = part(of: page, atMost: 600, using: &generator)
        }
        for _ in 0..<(1 << generator.next(below: 5)) {
            damage(&page, others: others, using: &generator)
        }
        return page
    }

    private static func damage(_ page: inout [UInt8], others: [[UInt8]], using generator: inout SeededGenerator) {
        let place = generator.next(below: page.count + 1)
        switch generator.next(below: 8) {
        case 0 where place < page.count: page[place] ^= 1 << UInt8(generator.next(below: 8))
        case 1 where place < page.count: page[place] = UInt8(truncatingIfNeeded: generator.next())
        case 2: page.removeSubrange(place..<min(page.count, place + generator.next(below: 20)))
        case 3:
            let other = others[generator.next(below: others.count)]
            page.insert(contentsOf: part(of: other, atMost: 200, using: &generator), at: place)
        case 4: page.insert(contentsOf: part(of: page, atMost: 100, using: &generator), at: place)
        case 5 where generator.next(below: 4) == 0: page.removeSubrange(place...)
        case 6 where generator.next(below: 4) == 0:
            let token = tokens[generator.next(below: tokens.count)]
            let count = 1 << generator.next(below: 10)
            page.insert(contentsOf: repeatElement(token, count: count).joined(), at: place)
        default: page.insert(contentsOf: tokens[generator.next(below: tokens.count)], at: place)
        }
    }

    private static func part(of page: [UInt8], atMost count: Int, using generator: inout SeededGenerator) -> [UInt8] {
        guard !page.isEmpty else { return [] }
        let start = generator.next(below: page.count)
        return Array(page[start...].prefix(1 + generator.next(below: count)))
    }
}
