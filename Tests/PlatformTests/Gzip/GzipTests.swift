import TestSupport
import Testing

@testable import Platform

@Suite("Gzip")
struct GzipTests {
    static func noise(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    @Test("gives back what it was given", arguments: [0, 1, 65_535, 65_536, 300_000], [1, 6, 9])
    func roundTrip(_ count: Int, _ level: Int) throws {
        for bytes in [Self.noise(count), [UInt8](repeating: 0x61, count: count)] {
            let packed = Gzip.compress(bytes, level: level)
            #expect(packed.starts(with: [0x1F, 0x8B, 8]))
            #expect(try Gzip.decompress(packed, limitBytes: count) == bytes)
        }
    }

    @Test("makes text smaller, more so at a higher level")
    func ratio() {
        let text = Array((0..<5000).map { "latencyd_series{label=\"\($0 * 7919 % 1000)\"} \($0)\n" }.joined().utf8)
        let fast = Gzip.compress(text, level: 1).count
        let small = Gzip.compress(text, level: 9).count
        #expect(small < fast)
        #expect(fast * 3 < text.count)
        // Levels that do not exist are taken for the nearest.
        #expect(Gzip.compress(text, level: 0).count == fast)
        #expect(Gzip.compress(text, level: 99).count == small)
    }

    @Test("reads what gzip wrote, several members one after the other included")
    func members() throws {
        // printf a | gzip -n
        let member: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 4, 0, 0x43, 0xBE, 0xB7, 0xE8, 1, 0, 0, 0,
        ]
        #expect(try Gzip.decompress(member, limitBytes: 10) == [0x61])
        #expect(try Gzip.decompress(member + member + member, limitBytes: 10) == [0x61, 0x61, 0x61])
    }

    @Test("refuses what is damaged or cut off")
    func damaged() {
        let packed = Gzip.compress(Self.noise(1000))
        #expect(throws: Gzip.DecompressError.damaged) { try Gzip.decompress([], limitBytes: 10) }
        #expect(throws: Gzip.DecompressError.damaged) { try Gzip.decompress(Array("hello".utf8), limitBytes: 10) }
        for length in stride(from: 0, to: packed.count, by: 97) {
            let part = Array(packed.prefix(length))
            #expect(throws: Gzip.DecompressError.damaged) { try Gzip.decompress(part, limitBytes: 2000) }
        }
        var flipped = packed
        flipped[flipped.count - 5] ^= 1
        #expect(throws: Gzip.DecompressError.damaged) { try Gzip.decompress(flipped, limitBytes: 2000) }
        #expect(throws: Gzip.DecompressError.damaged) { try Gzip.decompress(packed + [1, 2, 3], limitBytes: 2000) }
    }

    @Test("stops at the limit instead of filling the memory")
    func bomb() {
        let packed = Gzip.compress([UInt8](repeating: 0, count: 10_000_000))
        #expect(packed.count < 20_000)
        #expect(throws: Gzip.DecompressError.tooLong(limitBytes: 100_000)) {
            try Gzip.decompress(packed, limitBytes: 100_000)
        }
    }
}
