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

    /// Of both versions, which a hybrid host has beside each other.
    private static let hierarchies: [CgroupHierarchy] = [.unified, .cpu]

    static func sampledPaths(on host: DoctorHost) -> [HostPath] {
        hierarchies.flatMap { host.cgroups($0) }.map { $0.path / "cpu.stat" }
    }

    static func examine(_ examination: inout Examination) {
        let processes = examination.processes()
        var seen = 0
        var limited = 0
        for hierarchy in hierarchies {
            for group in examination.cgroups(hierarchy, processes) {
                seen += 1
                guard case .value(let cpus) = limit(of: group, hierarchy, &examination) else { continue }
                limited += 1
                check(group, cpus, group.holders(among: processes, hierarchy), &examination)
            }
        }
        if seen == 0 { return examination.doesNotApply("no cgroups with a CPU controller") }
        if examination.findings.isEmpty {
            examination.isGood(
                limited == 0 ? "none" : "\(CheckText.count(limited, "group")) with a limit, none is throttled")
        }
    }

    /// As a number of CPUs.
    private static func limit(
        of group: Cgroup, _ hierarchy: CgroupHierarchy, _ examination: inout Examination
    ) -> CgroupText.Limit? {
        if hierarchy == .unified { return examination.read(group.path / "cpu.max", CgroupText.cores) }
        guard case .value(let quota) = examination.read(group.path / "cpu.cfs_quota_us", CgroupText.quota), quota > 0,
            let period = examination.read(group.path / "cpu.cfs_period_us", CgroupText.period)
        else { return nil }
        return .value(quota / period)
    }

    private static func check(_ group: Cgroup, _ cpus: Double, _ holders: [String], _ examination: inout Examination) {
        guard let now = examination.read(group.path / "cpu.stat", Periods.init) else { return }
        let before = examination.readTwice(group.path / "cpu.stat", Periods.init)?.before
        let whole = now.share(since: Periods())
        let lately = before.flatMap { now.share(since: $0) }
        guard let worst = [whole, lately].compactMap({ $0 }).max(), worst >= warningShare else { return }
        let isNow = (lately ?? 0) >= criticalShare
        // What is past and does not go on is worth knowing, and no more.
        let isPast = lately.map { $0 == 0 } ?? false
        var evidence = ["limit: \(CheckText.tenths(cpus)) CPUs"]
        if let whole { evidence.append("stopped in \(CheckText.percent(whole)) of its periods since it began") }
        if let lately { evidence.append("stopped in \(CheckText.percent(lately)) of those during this check") }
        examination.find(
            isNow ? .critical : isPast ? .info : .warning,
            "\(group.title) \(isPast ? "was" : "is") throttled by its CPU limit", evidence: evidence + holders,
            why: "when the limit is reached all its threads stand still until the next period, up to 100 ms",
            remedy: [
                group.unit.map { "sudo systemctl set-property \($0) CPUQuota=" }
                    ?? "remove the container's CPU limit and keep its request (Kubernetes: resources.limits.cpu)"
            ])
    }
}

/// What `cpu.stat` says of the periods of a limit, in both versions.
private struct Periods {
    var all = 0.0
    var stopped = 0.0

    init() {}

    init?(_ content: [UInt8]) {
        guard let values = CgroupText.values(content, of: ["nr_periods", "nr_throttled"]) else { return nil }
        all = values[0] ?? 0
        stopped = values[1] ?? 0
    }

    /// The share in which the group was stopped; nil while nothing ran.
    func share(since before: Periods) -> Double? {
        let periods = all - before.all
        let stops = stopped - before.stopped
        return periods > 0 && stops >= 0 ? stops / periods : nil
    }
}
