import Platform

/// Services and containers that are stopped because they used up their share of CPU time.
///
/// Source: Documentation/scheduler/sched-bwc.rst of the kernel.
enum CPULimitCheck: HostCheck {
    static let id = "cpu_limits"
    static let title = "CPU limits"

    /// Shares of the periods in which a group was stopped.
    static let warningShare = 0.01
    static let criticalShare = 0.10

    static func sampledPaths(on files: any HostFiles) -> [HostPath] {
        (CgroupWalk.unified(files) + CgroupWalk.firstCPU(files)).map { $0.path / "cpu.stat" }
    }

    static func examine(_ examination: inout Examination) {
        let unified = CgroupWalk.unified(examination.host.files)
        let first = CgroupWalk.firstCPU(examination.host.files)
        var limited = 0
        for cgroup in unified {
            guard let quota = examination.read(cgroup.path / "cpu.max", quota) ?? nil else { continue }
            limited += 1
            check(cgroup, quota, &examination)
        }
        for cgroup in first {
            guard let time = examination.read(cgroup.path / "cpu.cfs_quota_us", CheckText.number), time > 0,
                let period = examination.read(cgroup.path / "cpu.cfs_period_us", CheckText.number), period > 0
            else { continue }
            limited += 1
            check(cgroup, Double(time) / Double(period), &examination)
        }
        if unified.isEmpty && first.isEmpty { return examination.doesNotApply("no cgroups with a CPU controller") }
        if examination.findings.isEmpty {
            examination.isGood(
                limited == 0 ? "none" : "\(CheckText.count(limited, "group")) with a limit, none is throttled")
        }
    }

    private static func check(_ cgroup: Cgroup, _ cpus: Double, _ examination: inout Examination) {
        guard let now = examination.read(cgroup.path / "cpu.stat", CheckText.table) else { return }
        let before = examination.readTwice(cgroup.path / "cpu.stat", CheckText.table)?.before
        let whole = share(now, since: [:])
        let lately = before.flatMap { share(now, since: $0) }
        guard let worst = [whole, lately].compactMap({ $0 }).max(), worst >= warningShare else { return }
        let isNow = (lately ?? 0) >= criticalShare
        // What is past and does not go on is worth knowing, and no more.
        let isPast = lately.map { $0 == 0 } ?? false
        var evidence = ["limit: \(CheckText.tenths(cpus)) CPUs"]
        if let whole { evidence.append("stopped in \(CheckText.percent(whole)) of its periods since it began") }
        if let lately { evidence.append("stopped in \(CheckText.percent(lately)) of those during this check") }
        examination.find(
            isNow ? .critical : isPast ? .info : .warning,
            "\(cgroup.name) \(isPast ? "was" : "is") throttled by its CPU limit", evidence: evidence,
            why: "when the limit is reached all its threads stand still until the next period, up to 100 ms",
            remedy: [
                cgroup.unit.map { "sudo systemctl set-property \($0) CPUQuota=" }
                    ?? "remove the container's CPU limit, and keep its request"
            ])
    }

    /// Nil while nothing ran.
    private static func share(_ now: [String: Int64], since before: [String: Int64]) -> Double? {
        let periods = (now["nr_periods"] ?? 0) - (before["nr_periods"] ?? 0)
        let stopped = (now["nr_throttled"] ?? 0) - (before["nr_throttled"] ?? 0)
        return periods > 0 && stopped >= 0 ? Double(stopped) / Double(periods) : nil
    }

    /// CPUs that may be used, `.some(nil)` for no limit.
    private static func quota(_ text: String) -> Double?? {
        let fields = (CheckText.line(text) ?? "").split(separator: " ")
        guard fields.count == 2, let period = Double(fields[1]), period > 0 else { return nil }
        if fields[0] == "max" { return .some(nil) }
        return Double(fields[0]).map { .some($0 / period) } ?? nil
    }
}
