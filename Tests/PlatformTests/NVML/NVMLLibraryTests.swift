import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite("NVIDIA's library")
struct NVMLLibraryTests {
    private func error(_ path: String) -> DynamicLibraryError? {
        do {
            _ = try NVMLLibrary(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test("that is not there is told from one that cannot be loaded")
    func missing() {
        #expect(error("libno-such-thing.so.9") == .missing(path: "libno-such-thing.so.9"))
        #expect(error("/no/such/libnvidia-ml.so.1") == .missing(path: "/no/such/libnvidia-ml.so.1"))
        let folder = TemporaryFolder()
        let file = folder.write(Array("no library".utf8), to: "libnvidia-ml.so.1")
        guard case .unusable(file, let message)? = error(file) else {
            Issue.record("a text was loaded")
            return
        }
        #expect(message.contains(file))
        // A library that another one needs is missing: this one is there.
        let other = DynamicLibrary.error(
            path: "/x.so", message: "libdep.so: cannot open shared object file: No such file or directory")
        guard case .unusable = other else {
            Issue.record("\(other)")
            return
        }
    }

    @Test("that is a pipe, or was cut short while it was copied, is not given to the loader")
    func dangerous() throws {
        let folder = TemporaryFolder()
        let pipe = folder.path + "/pipe.so"
        mkfifo(pipe, 0o644)
        let program = try #require(fopen("/proc/self/exe", "r"))
        defer { fclose(program) }
        var begin = [UInt8](repeating: 0, count: 4_096)
        #expect(fread(&begin, 1, begin.count, program) == begin.count)
        let cut = folder.write(begin, to: "cut.so")
        #expect(error(pipe) == .unusable(path: pipe, message: "\(pipe): it is no regular file"))
        #expect(error(cut) == .unusable(path: cut, message: "\(cut): the file is cut short"))
    }

    @Test("that lacks every function says so at each call")
    func otherLibrary() throws {
        let library = try NVMLLibrary(path: "libc.so.6")
        let device = NVMLDevice(handle: 0)
        #expect(throws: NVMLReturn.functionNotFound) { try library.initialize() }
        #expect(throws: NVMLReturn.functionNotFound) { try library.deviceCount() }
        #expect(throws: NVMLReturn.functionNotFound) { try library.number(.powerUsage, of: device) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.number(.temperature, of: device) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.memory(.v2, of: device) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.fields([NVMLField(1)], of: device) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.processes(.compute, .v3, of: device) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.performanceSample(of: device, gpuInstance: nil) }
        #expect(throws: NVMLReturn.functionNotFound) { try library.eventSet() }
        #expect(try library.fields([], of: device).isEmpty)
    }

    @Test("finds a function by the first name that it has, the second time as well")
    func functions() throws {
        let library = try NVMLLibrary(path: "libc.so.6")
        for _ in 1...2 {
            let function = try library.function("getpid_v2", "getpid", as: (@convention(c) () -> pid_t).self)
            #expect(function() == getpid())
            #expect(throws: NVMLReturn.functionNotFound) {
                _ = try library.function("getpid_v2", as: (@convention(c) () -> pid_t).self)
            }
        }
    }

    @Test(
        "return codes have NVIDIA's names, and unknown ones their number",
        arguments: [
            (0, "SUCCESS (0)"), (18, "LIB_RM_VERSION_MISMATCH (18)"), (999, "UNKNOWN (999)"),
            (4711, "an unknown return code (4711)"),
        ] as [(Int32, String)])
    func names(code: Int32, text: String) {
        #expect(NVMLReturn(rawValue: code).description == text)
    }

    @Test("a temperature may be below zero, and with all bits set is none")
    func temperature() throws {
        #expect(try NVMLLibrary.celsius(61) == 61)
        #expect(try NVMLLibrary.celsius(-5) == -5)
        #expect(throws: NVMLReturn.noData) { try NVMLLibrary.celsius(Int32(bitPattern: 0xFFFF_FFFF)) }
    }

    @Test("text ends at its zero, or where the buffer does")
    func text() {
        #expect(NVMLLibrary.text([72, 105, 0, 33]) == "Hi")
        #expect(NVMLLibrary.text([72, 105]) == "Hi")
        #expect(NVMLLibrary.text([-1, 72]) == "\u{FFFD}H")
    }
}
