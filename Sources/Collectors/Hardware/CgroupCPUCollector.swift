import Platform
import Telemetry

/// How the CPU limits of watched cgroups hold up their threads, from `cpu.stat` of both versions.
///
/// Source: Documentation/scheduler/sched-bwc.rst and Documentation/admin-guide/cgroup-v2.rst of the kernel.
struct CgroupCPUCollector: Collector {
    static let id = "cgroup_cpu"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [used, limit, throttled, periods, throttledPeriods, burst, bursts]

    private static let used = MetricDescriptor(
        .counter, "latencyd_cgroup_cpu_seconds", unit: .seconds, help: "CPU time that a watched cgroup used.")
    private static let limit = MetricDescriptor(
        .gauge, "latencyd_cgroup_cpu_limit_cores", help: "CPUs that a watched cgroup may use; absent without a limit.")
    private static let throttled = MetricDescriptor(
        .counter, "latencyd_cgroup_throttled_seconds", unit: .seconds,
        help: "Time in which a watched cgroup was kept from running because it had reached its CPU limit.")
    private static let periods = MetricDescriptor(
        .counter, "latencyd_cgroup_periods", help: "Periods of the CPU limit in which a watched cgroup ran.")
    private static let throttledPeriods = MetricDescriptor(
        .counter, "latencyd_cgroup_throttled_periods",
        help: "Periods in which a watched cgroup reached its CPU limit.")
    private static let burst = MetricDescriptor(
        .counter, "latencyd_cgroup_burst_seconds", unit: .seconds,
        help: "CPU time that a watched cgroup used beyond its limit, saved up in earlier periods.")
    private static let bursts = MetricDescriptor(
        .counter, "latencyd_cgroup_bursts", help: "Periods in which a watched cgroup used saved-up CPU time.")

    private var cgroups = WatchDiscovery<[Found]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let cgroups = try cgroups(&sampling) { sampling, watched throws(CollectorError) in
            watched.cgroups.map { Found($0, &sampling) }
        }
        for cgroup in cgroups {
            stat(of: cgroup, &sampling)
            limit(of: cgroup, &sampling)
        }
    }

    private func stat(of cgroup: Found, _ sampling: inout Sampling) {
        let labels = cgroup.labels
        if let stat = cgroup.stat, let values = sampling.read(stat.path, of: stat.folder, stat.values) {
            let seconds = stat.unitsPerSecond
            let named: [(MetricDescriptor, Double?)] = [
                (Self.throttled, values[2].map { $0 / seconds }), (Self.periods, values[0]),
                (Self.throttledPeriods, values[1]), (Self.burst, values[4].map { $0 / seconds }),
                (Self.bursts, values[3]), (Self.used, values[5].map { $0 / seconds }),
            ]
            for (descriptor, value) in named {
                if let value { sampling.add(descriptor, labels, value) }
            }
        }
        if let usage = cgroup.usage, let value = sampling.read(usage.path, of: usage.folder, CPUUsageText.nanoseconds) {
            sampling.add(Self.used, labels, value / 1e9)
        }
    }

    private func limit(of cgroup: Found, _ sampling: inout Sampling) {
        switch cgroup.limit {
        case .cores(let file):
            if case .value(let cores) = sampling.read(file.path, of: file.folder, CgroupText.cores) {
                sampling.add(Self.limit, cgroup.labels, cores)
            }
        case .quota(let quota, let period):
            if case .value(let microseconds) = sampling.read(quota.path, of: quota.folder, CgroupText.quota),
                let period = sampling.read(period.path, of: period.folder, CgroupText.period)
            {
                sampling.add(Self.limit, cgroup.labels, microseconds / period)
            }
        case nil: break
        }
    }
}

/// A cgroup as it was found: which files say what.
private struct Found {
    struct File {
        let path: HostPath
        let folder: HostPath
    }

    /// `cpu.stat`, whose times are in microseconds, or in nanoseconds in version 1.
    struct Stat {
        let path: HostPath
        let folder: HostPath
        let isVersion1: Bool

        var unitsPerSecond: Double { isVersion1 ? 1e9 : 1e6 }

        func values(_ content: [UInt8]) -> [Double?]? {
            // Version 1 has its own file for the time used; see `usage`.
            let values = CgroupText.values(
                content,
                of: isVersion1
                    ? ["nr_periods", "nr_throttled", "throttled_time", "nr_bursts", "burst_time", ""]
                    : ["nr_periods", "nr_throttled", "throttled_usec", "nr_bursts", "burst_usec", "usage_usec"])
            return values?.contains { $0 != nil } == true ? values : nil
        }
    }

    enum Limit {
        case cores(File)
        case quota(File, period: File)
    }

    let labels: LabelSet
    let stat: Stat?
    let usage: File?
    let limit: Limit?

    init(_ cgroup: WatchedCgroup, _ sampling: inout Sampling) {
        labels = ["cgroup": cgroup.path]
        let unified = cgroup.folders[.unified]
        let unifiedNames = unified.map { sampling.namesOrNone(in: $0) } ?? []
        let cpu = cgroup.folders[.cpu]
        let cpuNames = cpu.map { sampling.namesOrNone(in: $0) } ?? []
        let accounting = cgroup.folders[.cpuacct]
        let accountingNames = accounting.map { sampling.namesOrNone(in: $0) } ?? []
        func file(_ name: String, _ folder: HostPath?, _ names: Set<String>) -> File? {
            guard let folder, names.contains(name) else { return nil }
            return File(path: folder / name, folder: folder)
        }
        let old = file("cpu.stat", cpu, cpuNames).map { Stat(path: $0.path, folder: $0.folder, isVersion1: true) }
        let new = file("cpu.stat", unified, unifiedNames)
            .map { Stat(path: $0.path, folder: $0.folder, isVersion1: false) }
        // Where the controller is one of version 1, version 2 knows only how much was used.
        stat = old ?? new
        usage = stat?.isVersion1 == false ? nil : file("cpuacct.usage", accounting, accountingNames)
        if let quota = file("cpu.cfs_quota_us", cpu, cpuNames), let period = file("cpu.cfs_period_us", cpu, cpuNames) {
            limit = .quota(quota, period: period)
        } else {
            limit = file("cpu.max", unified, unifiedNames).map(Limit.cores)
        }
    }
}

/// What stands in `cpuacct.usage`.
enum CPUUsageText {
    static func nanoseconds(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: 0 ... .max).map(Double.init)
    }
}
