/// Reads time zone files (RFC 8536): the 64-bit block of version 2 and later, and the rule behind it.
extension LocalZone {
    /// Nil when `bytes` are no such file, or one of version 1 only.
    init?(tzif bytes: [UInt8]) {
        var reader = ZoneFileReader(bytes)
        guard let first = reader.header(), first.version >= UInt8(ascii: "2") else { return nil }
        guard reader.skip(first.byteCount(timeBytes: 4)), let header = reader.header(), header.types > 0 else {
            return nil
        }
        var moments: [Int64] = []
        for _ in 0..<header.times {
            guard let moment = reader.integer(bytes: 8) else { return nil }
            moments.append(moment)
        }
        var places: [Int] = []
        for _ in 0..<header.times {
            guard let place = reader.integer(bytes: 1).map({ Int($0 & 0xFF) }), place < header.types else { return nil }
            places.append(place)
        }
        var types: [Int32] = []
        for _ in 0..<header.types {
            guard let offset = reader.integer(bytes: 4), reader.skip(2), offset.magnitude < 26 * 3_600 else {
                return nil
            }
            types.append(Int32(offset))
        }
        let rest = header.characters + header.leaps * 12 + header.standardFlags + header.universalFlags
        guard zip(moments, moments.dropFirst()).allSatisfy({ $0 < $1 }), reader.skip(rest) else { return nil }
        self.init(initialOffset: types[0])
        self.moments = moments
        offsets = places.map { types[$0] }
        rule = reader.footer().flatMap(PosixZone.init)
    }
}

private struct ZoneFileReader {
    struct Header {
        let version: UInt8
        let universalFlags, standardFlags, leaps, times, types, characters: Int

        func byteCount(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standardFlags + universalFlags
        }
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func header() -> Header? {
        guard rest.count >= 44, rest.prefix(4).elementsEqual("TZif".utf8) else { return nil }
        let version = rest[rest.startIndex + 4]
        guard skip(20) else { return nil }
        var counts: [Int] = []
        for _ in 0..<6 {
            // No count can exceed the file, which keeps sums of them small.
            guard let count = integer(bytes: 4), (0...Int64(LocalZone.fileBytesMax)).contains(count) else { return nil }
            counts.append(Int(count))
        }
        return Header(
            version: version, universalFlags: counts[0], standardFlags: counts[1], leaps: counts[2], times: counts[3],
            types: counts[4], characters: counts[5])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    /// A signed number, the highest byte first.
    mutating func integer(bytes count: Int) -> Int64? {
        guard rest.count >= count, let first = rest.first else { return nil }
        var value: Int64 = first >= 0x80 ? -1 : 0
        for byte in rest.prefix(count) { value = value << 8 | Int64(byte) }
        rest = rest.dropFirst(count)
        return value
    }

    /// The text between the last two line feeds.
    func footer() -> String? {
        guard rest.first == UInt8(ascii: "\n"), rest.last == UInt8(ascii: "\n"), rest.count >= 2 else { return nil }
        return String(decoding: rest.dropFirst().dropLast(), as: UTF8.self)
    }
}
