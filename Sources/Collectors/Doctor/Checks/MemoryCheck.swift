import Platform

/// Memory that runs out, on the host and in cgroups.
enum MemoryCheck: HostCheck {
    static let id = "memory"
    static let title = "Free memory"

    /// Shares of the host's memory that are available.
    static let warningShare = 0.10
    static let criticalShare = 0.05
    /// Shares of a cgroup's limit that its working set takes.
    static let cgroupWarningShare = 0.90
    static let cgroupCriticalShare = 0.97

    static func sampledPaths(on host: DoctorHost) -> [HostPath] {
        CgroupMemory.all.flatMap { kind in host.cgroups(kind.hierarchy).map { $0.path / kind.reached } }
    }

    static func examine(_ examination: inout Examination) {
        host(&examination)
        let processes = examination.processes()
        for kind in CgroupMemory.all {
            for group in examination.cgroups(kind.hierarchy, processes) {
                check(group, kind, group.holders(among: processes, kind.hierarchy), &examination)
            }
        }
    }

    private static func host(_ examination: inout Examination) {
        guard let memory = examination.read(.procfs("meminfo"), MemoryAmounts.init), let total = memory["MemTotal"],
            let available = memory["MemAvailable"], total > 0
        else { return }
        let share = available / total
        let evidence = "\(CheckText.size(available)) of \(CheckText.size(total)) available"
        guard share < warningShare else { return examination.isGood(evidence) }
        examination.find(
            share < criticalShare ? .critical : .warning, "only \(CheckText.percent(share)) of memory is available",
            evidence: [evidence],
            why: "allocations wait while the kernel frees pages, and in the end it kills the largest process",
            remedy: ["ps -eo pid,rss,comm --sort=-rss | head    # find who needs the memory"])
    }

    private static func check(
        _ group: Cgroup, _ kind: CgroupMemory, _ holders: [String], _ examination: inout Examination
    ) {
        for limit in kind.limits {
            guard case .value(let bytes) = examination.read(group.path / limit.file, CgroupText.bytesLimit), bytes > 0,
                let used = kind.workingSet(of: group, &examination)
            else { continue }
            let share = used / bytes
            let reached = kind.reached(limit, group, &examination)
            let evidence =
                ["\(limit.file): \(CheckText.size(bytes)), working set \(CheckText.size(used))"] + reached.evidence
                + holders
            if share >= cgroupWarningShare {
                return examination.find(
                    share >= cgroupCriticalShare ? .critical : .warning,
                    "\(group.title) is near its memory limit: \(CheckText.percent(share))", evidence: evidence,
                    why: "its allocations stall in reclaim; at the limit \(limit.effect)", remedy: [raise(group, limit)]
                )
            }
            if reached.lately > 0 {
                return examination.find(
                    .warning, "\(group.title) keeps reaching its memory limit", evidence: evidence,
                    why: "a thread that wants memory drops cached files first, which the next one reads from the disk",
                    remedy: [raise(group, limit)])
            }
        }
    }

    private static func raise(_ group: Cgroup, _ limit: CgroupMemory.Limit) -> String {
        group.unit.map { "sudo systemctl set-property \($0) \(limit.property)=…" }
            ?? "raise the container's memory limit (Kubernetes: resources.limits.memory)"
    }
}
