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

    static func examine(_ examination: inout Examination) {
        host(&examination)
        for cgroup in CgroupWalk.unified(examination.host.files) { check(cgroup, &examination) }
    }

    private static func host(_ examination: inout Examination) {
        guard let table = examination.read(.procfs("meminfo"), CheckText.table), let total = table["MemTotal"],
            let available = table["MemAvailable"], total > 0
        else { return }
        let share = Double(available) / Double(total)
        let evidence =
            "\(CheckText.size(kibibytes: available)) of \(CheckText.size(kibibytes: total)) available"
        guard share < warningShare else { return examination.isGood(evidence) }
        examination.find(
            share < criticalShare ? .critical : .warning, "only \(CheckText.percent(share)) of memory is available",
            evidence: [evidence],
            why: "allocations wait while the kernel frees pages, and in the end it kills the largest process",
            remedy: ["ps -eo pid,rss,comm --sort=-rss | head    # find who needs the memory"])
    }

    private static func check(_ cgroup: Cgroup, _ examination: inout Examination) {
        guard let used = workingSet(of: cgroup, &examination) else { return }
        for (file, effect) in [("memory.max", "the kernel kills in it"), ("memory.high", "the kernel slows it down")] {
            guard let limit = examination.read(cgroup.path / file, limit), limit > 0 else { continue }
            let share = Double(used) / Double(limit)
            guard share >= cgroupWarningShare else { continue }
            examination.find(
                share >= cgroupCriticalShare ? .critical : .warning,
                "\(cgroup.name) is near its memory limit: \(CheckText.percent(share))",
                evidence: [
                    "\(file): \(CheckText.size(kibibytes: limit >> 10)), working set \(CheckText.size(kibibytes: used >> 10))"
                ],
                why: "its allocations stall in reclaim; at the limit \(effect)", remedy: [raise(cgroup, file)])
            return
        }
    }

    private static func raise(_ cgroup: Cgroup, _ file: String) -> String {
        let property = file == "memory.max" ? "MemoryMax" : "MemoryHigh"
        return cgroup.unit.map { "sudo systemctl set-property \($0) \(property)=…" }
            ?? "raise the container's memory limit"
    }

    /// What cannot be given back at once: without the files that nobody used lately.
    private static func workingSet(of cgroup: Cgroup, _ examination: inout Examination) -> Int64? {
        guard let current = examination.read(cgroup.path / "memory.current", CheckText.number) else { return nil }
        let table = examination.read(cgroup.path / "memory.stat", CheckText.table)
        return max(0, current - (table?["inactive_file"] ?? 0))
    }

    /// Bytes; nil would be garbage, 0 stands for no limit.
    private static func limit(_ text: String) -> Int64? {
        CheckText.line(text) == "max" ? 0 : CheckText.number(text)
    }
}
