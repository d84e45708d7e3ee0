import Glibc
import Platform
import TestSupport
import Testing

@Suite("Files that stay open")
struct KeptFilesTests {
    private let folder = TemporaryFolder()
    private let value = HostPath.sysfs("value")

    private func files(_ count: Int) -> SystemHostFiles {
        SystemHostFiles(sysfs: folder.path, filesKept: count, replacementSeconds: 0)
    }

    private func read(_ files: SystemHostFiles, _ path: HostPath, keepsOpen: Bool = true) throws -> String {
        String(decoding: try files.read(path, limitBytes: 100_000, keepsOpen: keepsOpen), as: UTF8.self)
    }

    @Test("are read from the start each time")
    func again() throws {
        let files = files(4)
        folder.write(Array("first\n".utf8), to: "value")
        #expect(try read(files, value) == "first\n")
        folder.write(Array("2\n".utf8), to: "value")
        #expect(try read(files, value) == "2\n")
        #expect(files.keptCount == 1)
    }

    @Test("are opened anew when another file has taken their place")
    func replaced() throws {
        let files = files(4)
        folder.write(Array("old\n".utf8), to: "value")
        #expect(try read(files, value) == "old\n")
        folder.write(Array("new\n".utf8), to: "value.next")
        #expect(rename(folder.path + "/value.next", folder.path + "/value") == 0)
        #expect(try read(files, value) == "new\n")
    }

    @Test("are closed when they are gone")
    func gone() throws {
        let files = files(4)
        folder.write(Array("1\n".utf8), to: "value")
        #expect(try read(files, value) == "1\n")
        #expect(unlink(folder.path + "/value") == 0)
        #expect(throws: HostFileError.absent) { try read(files, value) }
        #expect(files.keptCount == 0)
    }

    @Test("are as many as the budget allows, and those beyond it are read all the same")
    func budget() throws {
        let files = files(2)
        for number in 0..<4 { folder.write(Array("\(number)\n".utf8), to: "value\(number)") }
        for _ in 0..<2 {
            for number in 0..<4 { #expect(try read(files, .sysfs("value\(number)")) == "\(number)\n") }
        }
        #expect(files.keptCount == 2)
    }

    @Test("are none when they are read once")
    func once() throws {
        let files = files(4)
        folder.write(Array("1\n".utf8), to: "value")
        #expect(try read(files, value, keepsOpen: false) == "1\n")
        #expect(files.keptCount == 0)
    }

    @Test("that are longer than the first buffer are read whole, and the limit holds")
    func long() throws {
        let files = files(4)
        let text = String(repeating: "0123456789", count: 5_000)
        folder.write(Array(text.utf8), to: "value")
        for _ in 0..<2 { #expect(try read(files, value) == text) }
        for keepsOpen in [true, false] {
            #expect(throws: HostFileError.tooLong(limitBytes: 49_999)) {
                try files.read(value, limitBytes: 49_999, keepsOpen: keepsOpen)
            }
        }
    }

    @Test("of the kernel give what is there now")
    func kernel() throws {
        let files = SystemHostFiles(filesKept: 4)
        let random = HostPath.procfs("sys/kernel/random/uuid")
        let (first, second) = (try read(files, random), try read(files, random))
        #expect(first.count == 37 && second.count == 37 && first != second)
        #expect(files.keptCount == 1)
    }
}
