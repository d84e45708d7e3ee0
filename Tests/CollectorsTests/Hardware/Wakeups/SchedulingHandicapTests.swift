import Platform
import Testing

@testable import Collectors

@Suite("What delays this process alone")
struct SchedulingHandicapTests {
    private func handicaps(
        _ scheduling: ThreadScheduling = ThreadScheduling(), _ files: [String: String] = [:]
    ) -> [String] {
        var host = InMemoryHostFiles()
        for (path, content) in files {
            host.write(content, to: path.hasPrefix("fs/") ? .sysfs(path) : .procfs(path))
        }
        return SchedulingHandicap.all(scheduling: scheduling, files: host)
    }

    @Test("is nothing for a usual process")
    func none() {
        #expect(handicaps().isEmpty)
        #expect(handicaps(ThreadScheduling(policy: .other, nice: -5)).isEmpty)
    }

    @Test("is a nice value, and a policy that comes after others")
    func scheduling() {
        #expect(handicaps(ThreadScheduling(nice: 10)).first?.contains("nice 10") == true)
        #expect(handicaps(ThreadScheduling(policy: .batch)).first?.contains("SCHED_BATCH") == true)
        #expect(handicaps(ThreadScheduling(policy: .idle, nice: 1)).count == 2)
    }

    @Test(
        "is a CPU quota of the own cgroup or of one around it, in either version",
        arguments: [
            ("0::/a/b\n", "fs/cgroup/a/b/cpu.max", "50000 100000\n"),
            ("0::/a/b\n", "fs/cgroup/a/cpu.max", "50000 100000\n"),
            ("0::/\n", "fs/cgroup/cpu.max", "50000 100000\n"),
            ("5:cpu,cpuacct:/a\n0::/b\n", "fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n"),
        ])
    func quota(own: String, path: String, content: String) {
        let found = handicaps(ThreadScheduling(), ["self/cgroup": own, path: content])
        #expect(found.count == 1)
        #expect(found.first?.contains(path) == true)
    }

    @Test(
        "is no quota that is not set, not the own one, or garbled",
        arguments: [
            ("0::/a/b\n", "fs/cgroup/a/b/cpu.max", "max 100000\n"),
            ("0::/a/b\n", "fs/cgroup/a/c/cpu.max", "50000 100000\n"),
            ("0::/a/b\n", "fs/cgroup/a/b/cpu.max", ""),
            ("5:cpu,cpuacct:/a\n", "fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n"),
            ("0::/../../x\n", "fs/cgroup/cpu.cfs_quota_us", "1\n"),
            ("garbage", "fs/cgroup/cpu.max", "50000 100000\n"),
        ])
    func noQuota(own: String, path: String, content: String) {
        #expect(handicaps(ThreadScheduling(), ["self/cgroup": own, path: content]).isEmpty)
    }

    @Test(
        "is a lowered weight of the own cgroup or of one around it, in either version",
        arguments: [
            ("0::/a/b\n", "fs/cgroup/a/b/cpu.weight", "99\n", true),
            ("0::/a/b\n", "fs/cgroup/a/cpu.weight", "1\n", true),
            ("0::/a\n", "fs/cgroup/a/cpu.idle", "1\n", true),
            ("5:cpu,cpuacct:/a\n0::/b\n", "fs/cgroup/cpu/a/cpu.shares", "2\n", true),
            ("0::/a\n", "fs/cgroup/a/cpu.weight", "100\n", false), ("0::/a\n", "fs/cgroup/a/cpu.weight", "0\n", false),
            ("0::/a\n", "fs/cgroup/a/cpu.idle", "0\n", false), ("0::/a\n", "fs/cgroup/b/cpu.weight", "1\n", false),
            ("5:cpu:/a\n", "fs/cgroup/cpu/a/cpu.shares", "1024\n", false),
        ])
    func weight(own: String, path: String, content: String, isLowered: Bool) {
        let found = handicaps(ThreadScheduling(), ["self/cgroup": own, path: content])
        #expect(found.count == (isLowered ? 1 : 0))
        #expect(found.allSatisfy { $0.contains(path) })
    }

    @Test("ends its search in a cgroup that is deep beyond reason")
    func deep() {
        let path = String(repeating: "/a", count: 5_000)
        #expect(OwnCgroups(Array("0::\(path)\n".utf8))?.quotaFiles.count == OwnCgroups.depthMax + 1)
    }
}
