import TestSupport
import Testing

@testable import Collectors

@Suite("Bytes eight at a time")
struct ByteWordsTests {
    /// Bytes that arithmetic on whole words could take for a stop: its neighbours, zeros, and the high bit.
    private static let alphabet: [UInt8] = [
        0x00, 0x01, 0x0A, 0x0B, 0x09, 0x3A, 0x3B, 0x39, 0x80, 0x8A, 0xBA, 0xFF, 0x61,
    ]

    private func randomBytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in Self.alphabet[Int(generator.next() % UInt64(Self.alphabet.count))] }
    }

    @Test("The first stop is found wherever it stands, and the bytes before it have the hash they have alone")
    func stops() {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<20_000 {
            let bytes = randomBytes(8 + round % 33, &generator)
            let start = Int(generator.next() % UInt64(bytes.count + 1))
            bytes.withUnsafeBytes { bytes in
                let base = bytes.baseAddress!
                let (stop, hash) = ByteWords.hash(
                    from: base + start, to: base + bytes.count, stop: 0x3A, otherStop: 0x0A, seed: 7)
                let expected = bytes[start...].firstIndex { $0 == 0x3A || $0 == 0x0A } ?? bytes.count
                #expect(stop - base == expected)
                let alone = ByteWords.hash(UnsafeRawBufferPointer(rebasing: bytes[start..<expected]), seed: 7)
                #expect(hash == alone)
            }
        }
    }

    @Test("The first of two bytes is found wherever it stands")
    func first() {
        var generator = SeededGenerator(seed: 5)
        for round in 0..<20_000 {
            let bytes = randomBytes(1 + round % 33, &generator)
            let start = Int(generator.next() % UInt64(bytes.count + 1))
            bytes.withUnsafeBytes { bytes in
                let base = bytes.baseAddress!
                let found = ByteWords.first(0x3A, or: 0x0A, from: base + start, to: base + bytes.count)
                #expect(found - base == bytes[start...].firstIndex { $0 == 0x3A || $0 == 0x0A } ?? bytes.count)
            }
        }
    }

    @Test("A number is read from one word as it is byte by byte")
    func digits() {
        var generator = SeededGenerator(seed: 6)
        let alphabet: [UInt8] = [0x30, 0x31, 0x35, 0x39, 0x30, 0x38, 0x2E, 0x2E, 0x3A, 0x7C, 0x2F, 0x00, 0x8A, 0xFF]
        var wholeCount = 0
        for _ in 0..<100_000 {
            let bytes = (0..<8).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
            var number: UInt64 = 0
            var pointAt: Int?
            var end = 0
            while end < 8 {
                if (0x30...0x39).contains(bytes[end]) {
                    number = number * 10 + UInt64(bytes[end] - 0x30)
                } else if bytes[end] == 0x2E, pointAt == nil {
                    pointAt = end
                } else {
                    break
                }
                end += 1
            }
            let found = ByteWords.digits(bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
            if end == 8 || end == (pointAt == nil ? 0 : 1) {
                #expect(found == nil, "\(bytes)")
            } else {
                wholeCount += 1
                #expect(found?.number == number, "\(bytes)")
                #expect(found?.count == end, "\(bytes)")
                #expect(found?.decimals == pointAt.map { end - $0 - 1 } ?? 0, "\(bytes)")
            }
        }
        #expect(wholeCount > 10_000)
    }

    @Test("Zeros at the end are told apart")
    func zeros() {
        let hashes = (0..<40).map { count in
            [UInt8](repeating: 0, count: count).withUnsafeBytes { ByteWords.hash($0, seed: 1) }
        }
        #expect(Set(hashes).count == hashes.count)
    }

    @Test("Bytes are equal only when each of them is")
    func equality() {
        var generator = SeededGenerator(seed: 4)
        for count in 0..<40 {
            let bytes = randomBytes(count, &generator)
            var others = [bytes]
            for place in bytes.indices {
                others.append(bytes)
                others[others.count - 1][place] ^= 0x10
            }
            for other in others {
                let areEqual = bytes.withUnsafeBytes { one in
                    // An empty array may have no address.
                    other.withUnsafeBytes { other in
                        count == 0
                            || ByteWords.areEqual(one.baseAddress!, other.baseAddress!, count: count)
                    }
                }
                #expect(areEqual == (bytes == other))
            }
        }
    }
}
