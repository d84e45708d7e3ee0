import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("Memory pressure")
struct MemoryPressureTests {
    /// `some 200000 2000000`, with the byte that ends it.
    private static let threshold = "c29tZSAyMDAwMDAgMjAwMDAwMAA="

    /// Whether this kernel and user may ask for the host's pressure.
    private static var hostTells: Bool {
        (try? SystemHostFiles().pressureTrigger(.procfs("pressure/memory"), MemoryPressure.threshold)) != nil
    }

    /// A tree without any pressure file.
    private static func nothing() -> (TemporaryFolder, SystemHostFiles) {
        let folder = TemporaryFolder()
        return (folder, SystemHostFiles(sysfs: folder.path, procfs: folder.path))
    }

    @Test("is told by the file and the threshold that the service manager names", .enabled(if: hostTells))
    func manager() throws {
        let (_, files) = Self.nothing()
        let environment = [
            "MEMORY_PRESSURE_WATCH": "/proc/pressure/memory", "MEMORY_PRESSURE_WRITE": Self.threshold,
        ]
        let pressure = try #require(MemoryPressure.watch(environment: environment, files: files))
        #expect(pressure.origin == .manager)
        guard let poll = EventPoll() else {
            Issue.record("no descriptor is left")
            return
        }
        let isAdded = poll.addUrgent(pressure.descriptor)
        #expect(isAdded)
    }

    @Test("is told by the kernel where no service manager says who else", .enabled(if: hostTells))
    func host() throws {
        let folder = TemporaryFolder()
        let files = SystemHostFiles(sysfs: folder.path, procfs: "/proc")
        #expect(try #require(MemoryPressure.watch(environment: [:], files: files)).origin == .host)
        // What the manager names is of no use: a file of another kind, no threshold, one that the kernel refuses.
        folder.write([], to: "pressure")
        for (file, threshold) in [
            (folder.path + "/pressure", Self.threshold), ("/proc/pressure/memory", nil), ("/absent", Self.threshold),
            ("/proc/pressure/memory", "bm9uc2Vuc2UA"), ("/proc/pressure/memory", "!"),
        ] {
            var environment = ["MEMORY_PRESSURE_WATCH": file]
            environment["MEMORY_PRESSURE_WRITE"] = threshold
            #expect(MemoryPressure.watch(environment: environment, files: files)?.origin == .host)
        }
        #expect(try Self.content(of: folder.path + "/pressure").isEmpty, "nothing was written into it")
    }

    @Test("is told by nobody where the service manager says so, and where no kernel does")
    func nobody() {
        let off = ["MEMORY_PRESSURE_WATCH": "/dev/null"]
        #expect(MemoryPressure.watch(environment: off, files: SystemHostFiles()) == nil)
        let (folder, files) = Self.nothing()
        mkdir(folder.path + "/self", 0o755)
        folder.write(Array("0::/system.slice/latencyd.service\n".utf8), to: "self/cgroup")
        #expect(MemoryPressure.watch(environment: [:], files: files) == nil)
    }

    @Test(
        "Base64 is decoded by its groups of four characters",
        arguments: [
            ("", []), ("TQ==", [77]), ("TWE=", [77, 97]), ("TWFu", [77, 97, 110]), ("+/8A", [251, 255, 0]),
            ("TWFuTQ==", [77, 97, 110, 77]), ("T", nil), ("TWF", nil), ("T===", nil), ("TW u", nil), ("=TWF", nil),
        ] as [(String, [UInt8]?)])
    func base64(_ text: String, _ bytes: [UInt8]?) {
        #expect(Base64.bytes(text) == bytes)
    }

    private static func content(of path: String) throws -> [UInt8] {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/")!))
        return try SystemHostFiles(sysfs: folder, procfs: folder).read(.sysfs("pressure"))
    }
}
