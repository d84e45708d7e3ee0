import Glibc
import Testing

@testable import Platform

@Suite("The process")
struct ProcessTests {
    // In a process of its own: others would take the numbers meanwhile.
    @Test("puts /dev/null in the place of closed standard descriptors, and leaves an open one alone")
    func gaps() async {
        await #expect(processExitsWith: .exitCode(7)) {
            var pipe: [Int32] = [0, 0]
            guard Glibc.pipe(&pipe) == 0, dup2(pipe[0], STDOUT_FILENO) >= 0 else { exit(1) }
            close(STDIN_FILENO)
            close(STDERR_FILENO)
            StandardDescriptors.fillGaps()
            var (status, null) = (stat(), stat())
            guard stat("/dev/null", &null) == 0 else { exit(2) }
            for descriptor in [STDIN_FILENO, STDERR_FILENO] {
                guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { exit(3) }
                guard status.st_rdev == null.st_rdev else { exit(4) }
            }
            guard fstat(STDOUT_FILENO, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { exit(5) }
            exit(7)
        }
    }

    @Test(
        "may open as many files as it is let, within a bound, and never fewer than before",
        arguments: [
            (1_024, 4_096, 4_096), (1_024, 1_048_576, 65_536), (1_024, .max, 65_536), (100_000, 1_048_576, 100_000),
            (512, 512, 512),
        ] as [(rlim_t, rlim_t, rlim_t)])
    func fileLimit(_ soft: rlim_t, _ hard: rlim_t, _ expected: rlim_t) {
        #expect(FileLimit.wanted(soft: soft, hard: hard) == expected)
    }

    @Test("knows the limit in force after raising it")
    func raise() {
        let limit = FileLimit.raise()
        var limits = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
        #expect(UInt(limit) == limits.rlim_cur)
        #expect(limits.rlim_cur >= min(limits.rlim_max, 65_536))
    }
}
