import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Files that are read and written in pieces")
struct FileTests {
    private static func content(_ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try InputFile.read(path) {
            bytes += $0
            return true
        }
        return bytes
    }

    private static let long: [UInt8] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<1_500_000).map { _ in UInt8.random(in: 0...15, using: &generator) }
    }()

    @Test("What was compressed in one or several members is what comes out")
    func expands() throws {
        let folder = TemporaryFolder()
        let members = Gzip.compress(Self.long) + Gzip.compress([]) + Gzip.compress(Array("end".utf8))
        #expect(try Self.content(folder.write(members, to: "a")) == Self.long + Array("end".utf8))
        #expect(try Self.content(folder.write(Self.long, to: "b")) == Self.long)
        #expect(try Self.content(folder.write([], to: "c")) == [])
        #expect(try Self.content(folder.write([0x1F], to: "d")) == [0x1F])
    }

    @Test("Members expand in pieces of any size")
    func pieces() throws {
        let packed = Gzip.compress(Array(Self.long.prefix(5_000))) + Gzip.compress([1, 2, 3])
        for size in [1, 2, 7, 1_000] {
            let expander = GzipExpander()
            var bytes: [UInt8] = []
            var start = 0
            while start < packed.count {
                let piece = Array(packed[start..<min(start + size, packed.count)])
                try piece.withUnsafeBytes { piece in
                    try expander.expand(piece) {
                        bytes += $0
                        return true
                    }
                }
                start += size
            }
            try expander.finish()
            #expect(bytes == Self.long.prefix(5_000) + [1, 2, 3], "\(size)")
        }
    }

    @Test("A damaged or cut file is an error, and so is one with something behind it")
    func damaged() {
        let folder = TemporaryFolder()
        let packed = Gzip.compress(Self.long)
        var flipped = packed
        flipped[packed.count / 2] ^= 0x55
        for bytes in [Array(packed.dropLast()), Array(packed.prefix(2)), flipped, packed + [1, 2, 3]] {
            #expect(throws: InputFile.Problem.damaged) { try Self.content(folder.write(bytes, to: "a")) }
        }
    }

    @Test("Reading ends when no more is wanted", arguments: [false, true])
    func ends(_ isCompressed: Bool) throws {
        let folder = TemporaryFolder()
        let file = folder.write(isCompressed ? Gzip.compress(Self.long) : Self.long, to: "a")
        var count = 0
        try InputFile.read(file) { _ in
            count += 1
            return false
        }
        #expect(count == 1)
    }

    @Test("A file has its name when it is whole, and not before")
    func output() throws {
        let folder = TemporaryFolder()
        let path = folder.write(Array("old".utf8), to: "a")
        do {
            let file = try OutputFile(path)
            try file.write(Self.long)
            #expect(try Self.content(path) == Array("old".utf8))
        }
        #expect(access(path + ".partial", F_OK) != 0, "what was not finished is left behind")
        #expect(try Self.content(path) == Array("old".utf8))
        let file = try OutputFile(path)
        try file.write(Self.long)
        try file.write([1])
        try file.finish()
        #expect(try Self.content(path) == Self.long + [1])
        #expect(access(path + ".partial", F_OK) != 0)
    }

    @Test("What cannot be written is named")
    func unwritable() {
        #expect { try OutputFile("/dev/null/a") } throws: {
            "\($0)" == "/dev/null/a cannot be written: Not a directory"
        }
    }

    @Test("Every part of parallel work is done once", arguments: [0, 1, 3, 100])
    func parallel(_ count: Int) {
        let done = Locked([Int](repeating: 0, count: count))
        ParallelWork.run(count, threadsMax: 4) { place in done.withLock { $0[place] += 1 } }
        #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
    }
}
