import Glibc
import Testing

@testable import Platform

@Suite("The process")
struct ProcessTests {
    @Test("puts /dev/null in the place of a closed standard descriptor, and leaves an open one alone")
    func gaps() {
        // A number that nothing else in this process takes, in the place of 0 to 2.
        let number: Int32 = 200
        #expect(fcntl(number, F_GETFD) < 0)
        StandardDescriptors.fill(number)
        defer { close(number) }
        var (status, null) = (stat(), stat())
        #expect(fstat(number, &status) == 0)
        #expect(stat("/dev/null", &null) == 0)
        #expect(status.st_rdev == null.st_rdev && status.st_mode & S_IFMT == S_IFCHR)
        let pipe = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
        defer { pipe.deallocate() }
        #expect(Glibc.pipe(pipe) == 0)
        defer { for end in 0...1 { close(pipe[end]) } }
        StandardDescriptors.fill(pipe[0])
        #expect(fstat(pipe[0], &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFIFO)
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
