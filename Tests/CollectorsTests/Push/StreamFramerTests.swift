import Testing

@testable import Collectors

@Suite("Stream framer")
struct StreamFramerTests {
    private func frame(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8 & 0xFF), UInt8(bytes.count >> 16), 0] + bytes
    }

    /// What comes out when `bytes` arrive in pieces of `piece` bytes.
    private func packets(
        _ bytes: [UInt8], piece: Int, faults: inout [MalformedReason]
    ) throws(MalformedReason) -> [String] {
        var framer = StreamFramer()
        var packets: [String] = []
        func take(_ packet: Span<UInt8>) {
            packets.append(packet.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let part = Array(bytes[start..<min(start + piece, bytes.count)])
            if let fault = try framer.feed(part.span, packet: take) { faults.append(fault) }
        }
        if let fault = framer.finish(packet: take) { faults.append(fault) }
        return packets
    }

    @Test("Frames with a length come out whole, however they arrive", arguments: [1, 2, 3, 4, 5, 7, 64, 100_000])
    func lengthPrefixed(piece: Int) throws {
        var faults: [MalformedReason] = []
        let long = String(repeating: "x", count: 65_536)
        let bytes = frame("a:1|c") + frame("") + frame("b:1|c\nc:2|c\n") + frame(long) + frame("d")
        let packets = try packets(bytes, piece: piece, faults: &faults)
        #expect(packets == ["a:1|c", "", "b:1|c\nc:2|c\n", long, "d"])
        #expect(faults.isEmpty)
    }

    @Test("Plain lines come out whole, the last newline is optional", arguments: [1, 2, 3, 5, 100])
    func lines(piece: Int) throws {
        var faults: [MalformedReason] = []
        let packets = try packets(Array("alpha:1|c\nb:2|c\nc:3|c".utf8), piece: piece, faults: &faults)
        let lines = packets.joined(separator: "\n").split(separator: "\n").map(String.init)
        #expect(lines == ["alpha:1|c", "b:2|c", "c:3|c"])
        #expect(faults.isEmpty)
    }

    @Test("A line shorter than four bytes at the end is still a line")
    func shortLine() throws {
        var faults: [MalformedReason] = []
        #expect(try packets(Array("a\n".utf8), piece: 1, faults: &faults) == ["a\n"])
    }

    @Test(
        "A length over the limit, and bytes that are neither, end the connection",
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF], [0x01, 0x00, 0x01, 0x00], [0x00, 0x00, 0x00, 0x80], [0x01, 0x02, 0x03, 0x04],
        ] as [[UInt8]])
    func tooLong(bytes: [UInt8]) {
        var faults: [MalformedReason] = []
        #expect(throws: MalformedReason.frameTooLong) {
            try packets(bytes + Array("a:1|c\n".utf8), piece: 100, faults: &faults)
        }
    }

    @Test("A later frame's length is checked as well")
    func laterFrame() {
        var faults: [MalformedReason] = []
        #expect(throws: MalformedReason.frameTooLong) {
            try packets(frame("a:1|c") + [0xFF, 0xFF, 0xFF, 0xFF], piece: 3, faults: &faults)
        }
    }

    @Test("Half a frame at the end is counted and not taken", arguments: [1, 3, 6])
    func half(count: Int) throws {
        var faults: [MalformedReason] = []
        let bytes = frame("a:1|c") + frame("b:22|c").prefix(count)
        #expect(try packets(bytes, piece: 4, faults: &faults) == ["a:1|c"])
        #expect(faults == [.frameTruncated])
    }

    @Test(
        "A line over the limit is skipped and counted once; the next ones are taken",
        arguments: [1_000, 16_385, 50_000])
    func longLine(piece: Int) throws {
        var faults: [MalformedReason] = []
        let bytes = Array(("a:1|c\n" + String(repeating: "x", count: 40_000) + "\nb:1|c\n").utf8)
        let packets = try packets(bytes, piece: piece, faults: &faults)
        let lines: [String] = packets.joined(separator: "\n").split(separator: "\n").map(String.init)
        let taken = lines.filter { $0.count < 1_000 }
        #expect(taken == ["a:1|c", "b:1|c"])
        #expect(faults == (piece > 40_000 ? [] : [.lineTooLong]))
    }
}
