import Glibc
import Platform
import TestSupport
import Testing

@Suite("Files of the host")
struct SystemHostFilesTests {
    let folder = TemporaryFolder()
    var files: SystemHostFiles { SystemHostFiles(sysfs: folder.path, procfs: folder.path + "/proc") }

    private func failure<Value>(_ body: () throws(HostFileError) -> Value) -> HostFileError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("each root has its own folder")
    func roots() throws {
        folder.makeFolder("proc")
        folder.write([1], to: "file")
        folder.write([2], to: "proc/file")
        #expect(try files.read(.sysfs("file")) == [1])
        #expect(try files.read(.procfs("file")) == [2])
    }

    @Test("a file is read whole, up to its limit", arguments: [0, 1, 4096, 4097, 65_536])
    func whole(length: Int) throws {
        let content = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        folder.write(content, to: "file")
        #expect(try files.read(.sysfs("file")) == content)
    }

    @Test("a file one byte longer than the limit is refused")
    func tooLong() {
        folder.write([UInt8](repeating: 7, count: 65_537), to: "file")
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs("file")) } == .tooLong(limitBytes: 65_536))
        #expect(
            failure { () throws(HostFileError) in try files.read(.sysfs("file"), limitBytes: 65_537, keepsOpen: false) }
                == nil)
    }

    @Test("a link's text can be read, that of anything else cannot")
    func linkTarget() throws {
        folder.write([1], to: "file")
        folder.link("exe", to: "/usr/bin/gone (deleted)")
        #expect(try files.linkTarget(.sysfs("exe")) == "/usr/bin/gone (deleted)")
        folder.link("hwmon0", to: "../../devices/platform/coretemp.0/hwmon/hwmon0")
        #expect(try files.linkTarget(.sysfs("hwmon0")) == "../../devices/platform/coretemp.0/hwmon/hwmon0")
        #expect(failure { () throws(HostFileError) in try files.linkTarget(.sysfs("file")) } == .invalid)
        #expect(failure { () throws(HostFileError) in try files.linkTarget(.sysfs("none")) } == .absent)
        #expect(failure { () throws(HostFileError) in try files.linkTarget(.sysfs("../file")) } == .outsideRoot)
    }

    @Test("links are followed, as /sys/class consists of them")
    func links() throws {
        folder.makeFolder("device")
        folder.write([5], to: "device/temp")
        folder.link("zone", to: "device")
        #expect(try files.read(.sysfs("zone/temp")) == [5])
        #expect(try files.list(.sysfs("zone")) == ["temp"])
    }

    @Test("a folder lists its names without itself and its parent")
    func list() throws {
        folder.makeFolder("zones")
        folder.makeFolder("zones/inner")
        folder.write([], to: "zones/b")
        folder.write([], to: "zones/a")
        #expect(try files.list(.sysfs("zones")).sorted() == ["a", "b", "inner"])
    }

    @Test("a folder with more names than the limit is refused")
    func tooManyNames() throws {
        folder.makeFolder("zones")
        for number in 0..<3 { folder.write([], to: "zones/\(number)") }
        let three = SystemHostFiles(sysfs: folder.path, namesMax: 3)
        let two = SystemHostFiles(sysfs: folder.path, namesMax: 2)
        #expect(try three.list(.sysfs("zones")).count == 3)
        #expect(failure { () throws(HostFileError) in try two.list(.sysfs("zones")) } == .tooManyNames(limit: 2))
    }

    @Test("a name that is not UTF-8 is left out")
    func foreignName() throws {
        folder.makeFolder("zones")
        folder.write([], to: "zones/good")
        let foreign = (folder.path + "/zones/").utf8CString.dropLast() + [-1, -2, 0]
        close(open(Array(foreign), O_CREAT | O_WRONLY, 0o644))
        #expect(try files.list(.sysfs("zones")) == ["good"])
        remove(Array(foreign))
    }

    @Test("what is missing or of the wrong type is told apart")
    func missing() {
        folder.makeFolder("zone")
        folder.write([1], to: "file")
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs("none")) } == .absent)
        #expect(failure { () throws(HostFileError) in try files.list(.sysfs("none")) } == .absent)
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs("zone")) } == .wrongType)
        #expect(failure { () throws(HostFileError) in try files.list(.sysfs("file")) } == .wrongType)
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs("file/temp")) } == .wrongType)
    }

    @Test("an error in the middle of reading is not the end of the file")
    func inputOutput() {
        // The first page of every process is unmapped; the kernel answers EIO.
        let failed = failure { () throws(HostFileError) in try SystemHostFiles().read(.procfs("self/mem")) }
        #expect(failed == .inputOutput)
    }

    @Test(
        "a path that could leave its root is never opened", arguments: ["../file", "a/../../file", "a//b", ".", "/a"])
    func outside(relative: String) {
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs(relative)) } == .outsideRoot)
        #expect(failure { () throws(HostFileError) in try files.list(.sysfs(relative)) } == .outsideRoot)
    }

    @Test(
        "only whole components of one or two dots, empty ones and NULs are refused",
        arguments: [
            ("", true), ("a", true), ("a/b.c/..d/e..", true), (".../....", true), (".a/a.", true), ("..", false),
            ("a/..", false), ("a/.", false), ("./a", false), ("a/", false), ("/", false), ("a/\0b", false),
            ("\0", false),
        ])
    func components(relative: String, stays: Bool) {
        #expect(HostPath.sysfs(relative).staysBelowRoot == stays)
    }

    @Test("a content that somebody keeps is not touched by the next read")
    func keptContent() throws {
        folder.write(Array("first".utf8), to: "one")
        folder.write(Array("2".utf8), to: "two")
        for keepsOpen in [false, true] {
            let first = try files.read(.sysfs("one"), limitBytes: 10, keepsOpen: keepsOpen)
            let second = try files.read(.sysfs("two"), limitBytes: 10, keepsOpen: keepsOpen)
            #expect((first, second) == (Array("first".utf8), Array("2".utf8)))
        }
    }

    @Test("a pipe in a replaced root does not hold the reader")
    func pipe() {
        let path = folder.path + "/temp"
        mkfifo(path, 0o644)
        // A reader that is held is let go by a writer after the deadline, so that the test fails rather than hangs.
        let deadline = Duration.seconds(5)
        let rescue = Task.detached {
            try await Task.sleep(for: deadline)
            close(open(path, O_WRONLY | O_NONBLOCK))
        }
        defer { rescue.cancel() }
        let begin = ContinuousClock.now
        #expect(failure { () throws(HostFileError) in try files.read(.sysfs("temp")) } == .invalid)
        #expect(begin.duration(to: .now) < deadline)
    }

    @Test("no descriptor stays open, whatever failed")
    func descriptors() throws {
        folder.makeFolder("zone")
        folder.write([UInt8](repeating: 1, count: 10), to: "zone/file")
        for _ in 0..<10 {
            _ = try? files.read(.sysfs("zone/file"), limitBytes: 1, keepsOpen: false)
            _ = try? files.read(.sysfs("zone/file"))
            _ = try? files.read(.sysfs("zone"))
            _ = try? files.list(.sysfs("zone"))
            _ = try? SystemHostFiles(sysfs: folder.path, namesMax: 0).list(.sysfs("zone"))
        }
        // Other tests open files at the same time: only those below this test's folder count.
        let open = try SystemHostFiles().list(.procfs("self/fd")).filter { number in
            var target = [UInt8](repeating: 0, count: 4096)
            let length = target.withUnsafeMutableBytes {
                readlink("/proc/self/fd/\(number)", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
            }
            return length > 0 && String(decoding: target[..<length], as: UTF8.self).hasPrefix(folder.path)
        }
        #expect(open.isEmpty)
    }
}
