import Glibc
import Platform
import Testing

@Suite("Standard streams")
struct StandardStreamsTests {
    @Test("A standard error that nobody reads does not block the log")
    func fullPipe() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var pipe: [Int32] = [0, 0]
            guard Glibc.pipe(&pipe) == 0, dup2(pipe[1], STDERR_FILENO) >= 0 else { exit(1) }
            // The pipe holds 64 KiB; blocking, this would never end.
            var lost = 0
            for _ in 0..<70 where !StandardStreams.logLine(String(repeating: "x", count: 2_000)) {
                lost += 1
                if lost == 2 { exit(7) }
            }
            exit(2)
        }
    }

    @Test("Closed standard streams are filled before something else takes their numbers")
    func gaps() async {
        await #expect(processExitsWith: .exitCode(7)) {
            for descriptor: Int32 in 0...2 { close(descriptor) }
            StandardStreams.fillGaps()
            let next = open("/dev/null", O_RDONLY)
            let isFilled = (0...2).allSatisfy { fcntl(Int32($0), F_GETFD) >= 0 }
            exit(isFilled && next > 2 ? 7 : 1)
        }
    }

    @Test("The limit of descriptors is raised to the hard one")
    func fileLimit() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var limit = rlimit()
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            getrlimit(resource, &limit)
            limit.rlim_cur = 100
            setrlimit(resource, &limit)
            guard FileLimit.inForce == 100 else { exit(1) }
            FileLimit.raise()
            exit(FileLimit.inForce == Int(min(limit.rlim_max, rlim_t(FileLimit.askedMax))) ? 7 : 2)
        }
    }
}
