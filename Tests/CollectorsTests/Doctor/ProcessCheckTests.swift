import Platform
import Telemetry
import Testing

@testable import Collectors

/// Checks of the processes that use a GPU or are watched, on a host with two sockets of four CPUs.
@Suite("The doctor on processes")
struct ProcessCheckTests {
    private static let host = [
        "devices/system/cpu/online": "0-7\n",
        "devices/system/node/node0/cpulist": "0-3\n", "devices/system/node/node0/distance": "10 21\n",
        "devices/system/node/node1/cpulist": "4-7\n", "devices/system/node/node1/distance": "21 10\n",
        "fs/cgroup/cgroup.controllers": "cpu memory\n",
    ]

    private static let group = "fs/cgroup/system.slice/llm.service/"

    /// The process 7, in the unit llm.service; of its pages of 4 KiB so many lie on both nodes.
    private static func process(
        allowed: String = "0-7", pages: (Int, Int)? = nil, resident: Int = 1_000
    ) -> [String: String] {
        var files = host
        files["proc/7/comm"] = "vllm\n"
        files["proc/7/cgroup"] = "0::/system.slice/llm.service\n"
        files["proc/7/status"] = "Name:\tvllm\nPid:\t7\nVmRSS:\t\(resident) kB\nCpus_allowed_list:\t\(allowed)\n"
        if let pages {
            files["proc/7/numa_maps"] =
                "7f00aa000000 default anon=9 dirty=9 N0=\(pages.0) N1=\(pages.1) kernelpagesize_kB=4\n"
        }
        return files
    }

    private static func gpu(node: Double? = 0, cpus: [Int]? = nil, pids: [UInt32] = [7]) -> GPUSnapshot {
        var readings = GPUReadings()
        readings.locality.numaNode = node
        readings.locality.cpus = cpus
        readings.processes.all = pids.map { GPUProcess(pid: $0, kinds: [.compute]) }
        return GPUSnapshot(
            driver: GPUDriverStatus(state: .ok, isExpected: true), devices: [GPUDevice(index: 0, readings: readings)])
    }

    private static let watch = DoctorWatch(
        watched: Watched(processes: [WatchedProcess(pid: 7, startTicks: 1, name: "llm", reason: .named)]))

    private func memory(_ files: [String: String], _ gpus: GPUSnapshot = gpu()) -> CheckReport {
        examine(MemoryPlacementCheck.self, DoctorHost(files: hostFiles(files), gpus: gpus))
    }

    // MARK: Where memory lies

    /// 4 GiB in pages.
    private static let many = 1_048_576

    @Test(
        "memory on the node of the GPU is well, most of it far away a warning, a part a note, little nothing",
        arguments: [
            ((many, 0), nil), ((0, many), .warning), ((many, many), .warning), ((3 * many, many), .info),
            ((9 * many, many), nil), ((0, 1_000), nil),
        ] as [((Int, Int), FindingSeverity?)])
    func placement(pages: (Int, Int), worst: FindingSeverity?) {
        let report = memory(Self.process(pages: pages))
        #expect(report.worst == worst)
        #expect(report.status == (worst == nil ? .ok : .findings))
    }

    @Test("what lies far is told with its share, and how to bind it: in the unit, and at once")
    func far() throws {
        let finding = try #require(memory(Self.process(pages: (Self.many, 3 * Self.many))).findings.first)
        #expect(finding.title == "vllm (7) has most of its memory far from GPU 0")
        #expect(finding.evidence == ["vllm (7): 75.0 % of 16.0 GiB on node 1; GPU 0 is near node 0"])
        #expect(
            finding.remedy == [
                "sudo systemctl edit llm.service    # [Service] NUMAPolicy=bind NUMAMask=0, then restart it",
                "sudo migratepages 7 1 0    # at once, but it stands still meanwhile",
            ])
        var files = Self.process(pages: (0, Self.many))
        files["proc/7/cgroup"] = "0::/docker/0123\n"
        #expect(memory(files).findings[0].remedy[0].hasPrefix("numactl --cpunodebind=0 --membind=0 "))
    }

    @Test("a GPU that does not name its node, or its own memory, is found by the CPUs near it", arguments: [nil, 9.0])
    func byCPUs(node: Double?) {
        #expect(
            memory(Self.process(pages: (Self.many, 0)), Self.gpu(node: node, cpus: [4, 5, 6, 7])).worst == .warning)
        #expect(memory(Self.process(pages: (0, Self.many)), Self.gpu(node: node, cpus: [4, 5, 6, 7])).status == .ok)
    }

    @Test(
        "a process without a GPU is compared with the CPUs that it may use",
        arguments: [("0-3", .warning), ("4-7", nil)] as [(String, FindingSeverity?)])
    func byAffinity(allowed: String, worst: FindingSeverity?) {
        let files = hostFiles(Self.process(allowed: allowed, pages: (0, Self.many)))
        let report = examine(MemoryPlacementCheck.self, DoctorHost(files: files, watch: Self.watch))
        #expect(report.worst == worst)
        #expect(report.status == (worst == nil ? .ok : .findings))
        if worst != nil {
            #expect(report.findings[0].title == "llm (7) has most of its memory far from CPUs 0-3")
            #expect(report.findings[0].evidence[0].hasSuffix("it may use the CPUs 0-3, of node 0"))
        }
    }

    @Test("nothing is far from a process that may run anywhere, or whose nodes are in one socket")
    func noHome() {
        let anywhere = DoctorHost(files: hostFiles(Self.process(pages: (0, Self.many))), watch: Self.watch)
        #expect(examine(MemoryPlacementCheck.self, anywhere).status == .notApplicable)
        var files = Self.process(pages: (0, Self.many))
        files["devices/system/node/node0/distance"] = "10 12\n"
        #expect(memory(files).status == .notApplicable)
    }

    @Test("memory on a node without CPUs, as that of a GPU is, is not far")
    func ownMemory() {
        var files = Self.process(pages: (Self.many, 0))
        files["devices/system/node/node2/cpulist"] = "\n"
        files["devices/system/node/node0/distance"] = "10 21 80\n"
        files["devices/system/node/node1/distance"] = "21 10 80\n"
        files["proc/7/numa_maps"] = "7f00aa000000 default N0=10 N2=\(Self.many) kernelpagesize_kB=4\n"
        #expect(memory(files).status == .ok)
    }

    @Test(
        "where the process may not be looked through, or is too large for it, its group's memory stands for it",
        arguments: [true, false])
    func byGroup(isDenied: Bool) {
        var plain = Self.process(pages: (Self.many, 0), resident: isDenied ? 1_000 : 9 << 20)
        plain[Self.group + "memory.numa_stat"] = "anon N0=0 N1=4294967296\nfile N0=99999999999 N1=0\nshmem N0=0 N1=0\n"
        var files = hostFiles(plain)
        if isDenied { files.fail(.procfs("7/numa_maps"), with: .denied) }
        let report = examine(MemoryPlacementCheck.self, DoctorHost(files: files, gpus: Self.gpu()))
        #expect(report.worst == .warning)
        #expect(
            report.findings.first?.evidence == [
                "vllm (7), with all of the group system.slice/llm.service: 100.0 % of 4.0 GiB on node 1; GPU 0 is near node 0"
            ])
        #expect(report.unknown.isEmpty)
    }

    @Test("in version 1 a group's memory is counted in pages, with that of the groups below")
    func byFirstGroup() {
        var plain = Self.process(pages: (Self.many, 0), resident: 9 << 20)
        plain["fs/cgroup/cgroup.controllers"] = nil
        plain["proc/7/cgroup"] = "4:memory:/llm\n0::/\n"
        plain["fs/cgroup/memory/llm/memory.numa_stat"] =
            "total=9 N0=9 N1=0\nanon=9 N0=9 N1=0\nhierarchical_anon=1048576 N0=0 N1=1048576\n"
        #expect(memory(plain).worst == .warning)
    }

    @Test("where neither may be read that is unknown, with the permission that would let it")
    func unknown() throws {
        var files = hostFiles(Self.process(pages: (Self.many, 0)))
        files.fail(.procfs("7/numa_maps"), with: .denied)
        let report = examine(MemoryPlacementCheck.self, DoctorHost(files: files, gpus: Self.gpu()))
        #expect(report.status == .unknown)
        let note = try #require(report.unknown.first)
        #expect(note.hasPrefix("procfs:7/numa_maps: permission denied; run as root, or with CAP_SYS_PTRACE"))
        let root = examine(MemoryPlacementCheck.self, DoctorHost(files: files, gpus: Self.gpu(), user: .root))
        #expect(root.unknown.first?.contains("not even root may") == true)
    }

    @Test("a driver that does not answer leaves unknown who uses a GPU")
    func silentDriver() {
        let hanging = GPUSnapshot(driver: GPUDriverStatus(state: .hanging, isExpected: true))
        let report = memory(Self.process(pages: (Self.many, 0)), hanging)
        #expect(report.status == .unknown)
        #expect(report.notes == ["which processes use a GPU: no GPU could be asked"])
    }

    @Test("processes of one kind with the same fault are one finding")
    func alike() {
        var files = Self.process(pages: (0, Self.many))
        for name in ["comm", "cgroup", "status", "numa_maps"] { files["proc/8/" + name] = files["proc/7/" + name] }
        let findings = memory(files, Self.gpu(pids: [7, 8])).findings
        #expect(findings.map(\.title) == ["2 processes vllm have most of their memory far from GPU 0"])
        #expect(findings.first?.evidence.count == 2)
    }

    // MARK: What is watched

    @Test("a watched process that is pinned to CPUs that devices interrupt is found without a GPU")
    func pinned() {
        func table(_ count: Int) -> String { "  CPU0 CPU1 CPU2 CPU3\n 24: 0 \(count) 0 0 PCI-MSI mlx5\n" }
        var files = Self.process(allowed: "0-1")
        files["proc/interrupts"] = table(2_000)
        let host = DoctorHost(
            files: hostFiles(files), earlier: hostFiles(["proc/interrupts": table(0)]), elapsedSeconds: 1,
            watch: Self.watch)
        let titles = examine(InterruptCheck.self, host).findings.map(\.title)
        #expect(titles == ["llm (7) is pinned to CPUs that devices interrupt"])
    }

    @Test("the group of a process is looked at however deep it is, and the finding names who is in it")
    func deepGroup() throws {
        var files = Self.process()
        let path = "user.slice/user-1.slice/user@1.service/app.slice/llm.service"
        files["proc/7/cgroup"] = "0::/\(path)\n"
        files["fs/cgroup/\(path)/cpu.max"] = "100000 100000\n"
        files["fs/cgroup/\(path)/cpu.stat"] = "nr_periods 100\nnr_throttled 60\n"
        for host in [
            DoctorHost(files: hostFiles(files), gpus: Self.gpu()),
            DoctorHost(files: hostFiles(files), watch: Self.watch),
        ] {
            let finding = try #require(examine(CPULimitCheck.self, host).findings.first)
            #expect(finding.title == "\(path) is throttled by its CPU limit")
            let name = host.gpus.devices.isEmpty ? "llm (7)" : "vllm (7), which uses GPU 0"
            #expect(finding.evidence.last == "holds \(name)")
        }
        #expect(examine(CPULimitCheck.self, DoctorHost(files: hostFiles(files))).findings.isEmpty)
    }

    private func rule(_ subject: WatchRule.Subject, _ pattern: String) throws -> WatchRule {
        WatchRule(subject, try Glob(pattern))
    }

    private static func identity(_ pid: Int, _ comm: String) -> [String: String] {
        [
            "proc/\(pid)/stat": "\(pid) (\(comm)) S 1 1 1 0 -1 0 1 0 2 0 3 4 0 0 20 0 1 0 100 0 0 0 0 0\n",
            "proc/\(pid)/cmdline": "/bin/\(comm)\0", "proc/\(pid)/comm": "\(comm)\n",
            "proc/\(pid)/cgroup": "0::/system.slice/\(comm).service\n",
        ]
    }

    @Test("what the configuration watches is found; what nothing matches is a note")
    func watched() throws {
        let files = hostFiles(Self.identity(1, "init").merging(Self.identity(7, "llm")) { $1 })
        let rules = [try rule(.process, "llm"), try rule(.unit, "gone.service"), try rule(.cgroup, "/gone/*")]
        let watch = DoctorWatch(WatchSettings(rules: rules), files)
        #expect(watch.watched.processes.map(\.pid) == [7])
        let report = examine(WatchCheck.self, DoctorHost(files: files, watch: watch))
        #expect(report.notes == ["process: llm is llm (7)"])
        #expect(
            report.findings.map(\.title) == [
                "nothing on this host is what the configuration watches as 'unit: gone.service'",
                "nothing on this host is what the configuration watches as 'cgroup: /gone/*'",
            ])
        #expect(report.worst == .info)
    }

    @Test("a process that may be there and cannot be seen is unknown, and how it would be")
    func hidden() throws {
        let rules = [try rule(.process, "llm")]
        // Only its own processes: the first one is missing.
        let hiding = hostFiles(Self.identity(7, "bash"))
        let report = examine(
            WatchCheck.self, DoctorHost(files: hiding, watch: DoctorWatch(WatchSettings(rules: rules), hiding)))
        #expect(report.status == .unknown)
        #expect(report.notes.first?.contains("hidepid") == true)
        var denying = hostFiles(Self.identity(1, "init"))
        denying.fail(.procfs("1/exe"), with: .denied)
        let denied = examine(
            WatchCheck.self, DoctorHost(files: denying, watch: DoctorWatch(WatchSettings(rules: rules), denying)))
        #expect(denied.status == .unknown)
        #expect(denied.notes.first?.contains("CAP_SYS_PTRACE") == true)
    }

    @Test("a group that may be there and cannot be listed is unknown", arguments: ["fs/cgroup", "fs/cgroup/a"])
    func hiddenGroup(folder: String) throws {
        var files = hostFiles(["fs/cgroup/cgroup.controllers": "cpu\n", "fs/cgroup/a/b/cpu.max": "max 1\n"])
        files.failListing(.sysfs(folder), with: .denied)
        let watch = DoctorWatch(WatchSettings(rules: [try rule(.cgroup, "/a/b")]), files)
        let report = examine(WatchCheck.self, DoctorHost(files: files, watch: watch))
        #expect(report.status == .unknown)
        #expect(report.notes.first?.hasPrefix("cgroup: /a/b: sysfs:\(folder): permission denied") == true)
    }

    @Test("all processes of a host with more than one scan looks at are found")
    func manyProcesses() throws {
        var files: [String: String] = [:]
        for pid in 1...(WatchLimits.newProcessesPerScanMax + 10) {
            files["proc/\(pid)/stat"] = "\(pid) (a) S 1 1 1 0 -1 0 1 0 2 0 3 4 0 0 20 0 1 0 100 0 0 0 0 0\n"
        }
        files.merge(Self.identity(WatchLimits.newProcessesPerScanMax + 5, "llm")) { $1 }
        let watch = DoctorWatch(WatchSettings(rules: [try rule(.process, "llm")]), hostFiles(files))
        #expect(watch.watched.processes.count == 1)
    }

    // MARK: What is hidden

    @Test("a process on a GPU that /proc does not show is said, not left out")
    func foreign() {
        let report = examine(
            GPUPlacementCheck.self,
            DoctorHost(files: hostFiles(Self.host), gpus: Self.gpu(node: nil, cpus: [0, 1, 2, 3], pids: [4_242])))
        #expect(report.status == .unknown)
        #expect(report.notes.first?.hasPrefix("the process 4242 on GPU 0 is not in /proc") == true)
    }
}
