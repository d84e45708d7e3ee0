import Platform
import Testing

@testable import Collectors

@Suite("The doctor on control groups")
struct CgroupCheckTests {
    /// A group with a limit of 1 GiB, in the layout of each version.
    private static func group(
        isFirst: Bool, used: Int, droppable: Int = 0, reached: Int = 0
    ) -> [String: String] {
        if isFirst {
            let folder = "fs/cgroup/memory/system.slice/llm.service/"
            return [
                // A hybrid host has the second version beside the first, without the memory controller.
                "fs/cgroup/unified/system.slice/llm.service/cgroup.procs": "7\n",
                folder + "memory.limit_in_bytes": "1073741824\n", folder + "memory.usage_in_bytes": "\(used)\n",
                folder + "memory.stat": "inactive_file 0\ntotal_inactive_file \(droppable)\n",
                folder + "memory.failcnt": "\(reached)\n",
                "fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "fs/cgroup/memory/memory.usage_in_bytes": "99999999999\n",
            ]
        }
        let folder = "fs/cgroup/system.slice/llm.service/"
        return [
            "fs/cgroup/cgroup.controllers": "memory\n", folder + "memory.max": "1073741824\n",
            folder + "memory.high": "max\n", folder + "memory.current": "\(used)\n",
            folder + "memory.stat": "anon 5\ninactive_file \(droppable)\n",
            folder + "memory.events": "low 0\nhigh 9\nmax \(reached)\noom 0\noom_kill 0\n",
        ]
    }

    @Test(
        "memory near its limit is found in both versions; files that can be dropped do not count",
        arguments: [
            (1_063_004_405, 0, .critical), (1_000_000_000, 0, .warning), (1_063_004_405, 500_000_000, nil),
            (500_000_000, 0, nil),
        ] as [(Int, Int, FindingSeverity?)], [true, false])
    func nearLimit(_ one: (used: Int, droppable: Int, worst: FindingSeverity?), isFirst: Bool) {
        let report = examine(
            MemoryCheck.self, Self.group(isFirst: isFirst, used: one.used, droppable: one.droppable, reached: 3))
        #expect(report.worst == one.worst)
        guard let finding = report.findings.first else { return }
        #expect(finding.title.hasPrefix("system.slice/llm.service is near its memory limit"))
        #expect(finding.evidence[0].hasPrefix(isFirst ? "memory.limit_in_bytes: 1.0 GiB" : "memory.max: 1.0 GiB"))
        #expect(finding.evidence[1] == "reached it 3 times since it began, 0 of them during this check")
        #expect(finding.remedy == ["sudo systemctl set-property llm.service MemoryMax=…"])
    }

    @Test("a limit that is reached again and again is a warning, in both versions", arguments: [true, false])
    func reached(isFirst: Bool) {
        func report(_ before: Int, _ now: Int) -> CheckReport {
            examine(
                MemoryCheck.self, Self.group(isFirst: isFirst, used: 500_000_000, reached: now),
                earlier: Self.group(isFirst: isFirst, used: 500_000_000, reached: before))
        }
        #expect(report(5, 5).findings.isEmpty)
        #expect(report(5, 2).findings.isEmpty)
        let finding = report(5, 9).findings.first
        #expect(finding?.severity == .warning)
        #expect(finding?.title == "system.slice/llm.service keeps reaching its memory limit")
        #expect(finding?.evidence.last == "reached it 9 times since it began, 4 of them during this check")
    }

    @Test("what counts how often a limit was reached is looked at twice", arguments: [true, false])
    func sampled(isFirst: Bool) throws {
        let files = hostFiles(Self.group(isFirst: isFirst, used: 1, reached: 4))
        let sample = DoctorHost(files: files).sample(for: [MemoryCheck.self])
        #expect(sample.paths.contains { $0.name == (isFirst ? "memory.failcnt" : "memory.events") })
        #expect(sample.paths.contains { (try? sample.read($0)) != nil })
    }

    @Test("the limits of a container stand in the root of its own hierarchy")
    func container() {
        let files = [
            "fs/cgroup/cgroup.controllers": "cpu\n", "fs/cgroup/cpu.max": "200000 100000\n",
            "fs/cgroup/cpu.stat": "nr_periods 10\nnr_throttled 5\n",
        ]
        #expect(
            examine(CPULimitCheck.self, files).findings.map(\.title) == ["this container is throttled by its CPU limit"]
        )
    }

    @Test(
        "a quota that the kernel does not write is unknown, and no limit is none",
        arguments: [
            ("max 100000\n", .ok), ("inf 100000\n", .unknown), ("1e5 100000\n", .unknown), ("100000\n", .unknown),
            ("100000 0\n", .unknown), ("200000 100000\n", .ok),
        ] as [(String, CheckReport.Status)])
    func quota(text: String, status: CheckReport.Status) {
        let report = examine(
            CPULimitCheck.self, ["fs/cgroup/cgroup.controllers": "cpu\n", "fs/cgroup/a/cpu.max": text])
        #expect(report.status == status)
    }

    @Test(
        "groups that may not be listed are unknown, and what would let them",
        arguments: [CPULimitCheck.id, MemoryCheck.id])
    func denied(id: String) throws {
        let check = try #require(HostChecks.all.first { $0.id == id })
        for folder in ["fs/cgroup", "fs/cgroup/system.slice"] {
            var files = hostFiles([
                "fs/cgroup/cgroup.controllers": "cpu\n", "fs/cgroup/system.slice/a/cpu.max": "max 1\n",
            ])
            files.failListing(.sysfs(folder), with: .denied)
            let report = examine(check, DoctorHost(files: files))
            #expect(report.status == .unknown)
            #expect(
                report.unknown == ["sysfs:\(folder): permission denied; run as root, or with CAP_DAC_READ_SEARCH"])
        }
    }

    @Test("more groups than are looked at are said")
    func tooMany() {
        var files = ["fs/cgroup/cgroup.controllers": "cpu\n"]
        for number in 0...CgroupWalk.countMax { files["fs/cgroup/g\(number)/cpu.max"] = "max 100000\n" }
        let report = examine(CPULimitCheck.self, files)
        #expect(report.status == .unknown)
        #expect(report.notes == ["there are more than 2000 groups; the deepest of them were not looked at"])
    }
}
