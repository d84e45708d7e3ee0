import Glibc
import Platform
import Telemetry

/// How close watched cgroups are to their memory limits, what that cost them, and on which NUMA nodes their memory is.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of the kernel.
struct CgroupMemoryCollector: Collector {
    static let id = "cgroup_memory"
    // Some of these files make the kernel sum up its counts of every CPU.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [current, limit, events, refaults, majorFaults, placement]

    private static let current = MetricDescriptor(
        .gauge, "latencyd_cgroup_memory_bytes", unit: .bytes,
        help: "Memory that a watched cgroup uses, caches included.")
    private static let limit = MetricDescriptor(
        .gauge, "latencyd_cgroup_memory_limit_bytes", unit: .bytes,
        help: "Memory at which a watched cgroup is slowed down (high) or stopped (max); absent without a limit.")
    private static let events = MetricDescriptor(
        .counter, "latencyd_cgroup_memory_events",
        help: "How often a watched cgroup met a boundary of its memory, or lost a process to it.")
    private static let refaults = MetricDescriptor(
        .counter, "latencyd_cgroup_memory_refaults",
        help: "Pages of a watched cgroup that were given up and soon needed again.")
    private static let majorFaults = MetricDescriptor(
        .counter, "latencyd_cgroup_major_faults", help: "Page faults of a watched cgroup that waited for a disk.")
    private static let placement = MetricDescriptor(
        .gauge, "latencyd_cgroup_numa_bytes", unit: .bytes, help: "Memory of a watched cgroup on a NUMA node.")

    private static let eventKeys: [StaticString] = ["low", "high", "max", "oom", "oom_kill"]

    private var cgroups = WatchDiscovery<[Found]>()
    /// Label sets of NUMA nodes, which come up again in every pass.
    private var nodeLabels: [NodeKey: LabelSet] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        if sampling.looksAnew { nodeLabels = [:] }
        let cgroups = try cgroups(&sampling) { sampling, watched throws(CollectorError) in
            watched.cgroups.compactMap { Found($0, &sampling) }
        }
        for cgroup in cgroups {
            if let bytes = cgroup.read(
                cgroup.isVersion1 ? "memory.usage_in_bytes" : "memory.current", &sampling, CgroupText.count)
            {
                sampling.add(Self.current, cgroup.labels, bytes)
            }
            limits(of: cgroup, &sampling)
            events(of: cgroup, &sampling)
            stat(of: cgroup, &sampling)
            placement(of: cgroup, &sampling)
        }
    }

    private func limits(of cgroup: Found, _ sampling: inout Sampling) {
        let files =
            cgroup.isVersion1 ? [("memory.limit_in_bytes", "max")] : [("memory.high", "high"), ("memory.max", "max")]
        for (file, kind) in files {
            if case .value(let bytes) = cgroup.read(file, &sampling, CgroupText.bytesLimit) {
                sampling.add(Self.limit, cgroup.kindLabels[kind] ?? [:], bytes)
            }
        }
    }

    private func events(of cgroup: Found, _ sampling: inout Sampling) {
        if cgroup.isVersion1 {
            if let count = cgroup.read("memory.failcnt", &sampling, CgroupText.count) {
                sampling.add(Self.events, cgroup.eventLabels[2], count)
            }
            let kills = cgroup.read("memory.oom_control", &sampling) { CgroupText.values($0, of: ["oom_kill"]) }
            if let count = kills?[0] { sampling.add(Self.events, cgroup.eventLabels[4], count) }
        } else {
            let values = cgroup.read("memory.events", &sampling) { CgroupText.values($0, of: Self.eventKeys) }
            for (labels, value) in zip(cgroup.eventLabels, values ?? []) {
                if let value { sampling.add(Self.events, labels, value) }
            }
        }
    }

    private func stat(of cgroup: Found, _ sampling: inout Sampling) {
        // Kernels before 5.9 count the refaults of files only.
        let keys: [StaticString] = [
            "workingset_refault_anon", "workingset_refault_file", "workingset_refault", "pgmajfault",
            "total_pgmajfault", "total_workingset_refault_anon", "total_workingset_refault_file",
            "total_workingset_refault",
        ]
        guard let values = cgroup.read("memory.stat", &sampling, { CgroupText.values($0, of: keys) }) else { return }
        // In version 1 the plain counts leave out the cgroups below.
        let (anon, file) = (values[5] ?? values[0], values[6] ?? values[7] ?? values[1] ?? values[2])
        if let anon { sampling.add(Self.refaults, cgroup.kindLabels["anon"] ?? [:], anon) }
        if let file { sampling.add(Self.refaults, cgroup.kindLabels["file"] ?? [:], file) }
        if let count = values[4] ?? values[3] { sampling.add(Self.majorFaults, cgroup.labels, count) }
    }

    private mutating func placement(of cgroup: Found, _ sampling: inout Sampling) {
        let prefix = cgroup.isVersion1 ? "hierarchical_" : ""
        let kinds = [prefix + "anon", prefix + "file"]
        let amounts = cgroup.read("memory.numa_stat", &sampling) { CgroupText.nodes($0, of: kinds) }
        for amount in amounts ?? [] {
            let key = NodeKey(cgroup: cgroup.path, kind: String(amount.kind.dropFirst(prefix.count)), node: amount.node)
            sampling.add(Self.placement, labels(key), amount.amount * cgroup.bytesPerUnit)
        }
    }

    private mutating func labels(_ key: NodeKey) -> LabelSet {
        if let labels = nodeLabels[key] { return labels }
        let labels: LabelSet = ["cgroup": key.cgroup, "kind": key.kind, "node": String(key.node)]
        nodeLabels[key] = labels
        return labels
    }

    private struct NodeKey: Hashable {
        let cgroup: String
        let kind: String
        let node: Int
    }

    /// A cgroup as it was found.
    private struct Found {
        let path: String
        let folder: HostPath
        let names: Set<String>
        let isVersion1: Bool
        let labels: LabelSet
        let eventLabels: [LabelSet]
        let kindLabels: [String: LabelSet]

        /// nil when no memory is counted for it.
        init?(_ cgroup: WatchedCgroup, _ sampling: inout Sampling) {
            guard let folder = cgroup.folders[.memory] ?? cgroup.folders[.unified] else { return nil }
            path = cgroup.path
            self.folder = folder
            isVersion1 = cgroup.folders[.memory] != nil
            names = sampling.namesOrNone(in: folder)
            labels = ["cgroup": cgroup.path]
            eventLabels = CgroupMemoryCollector.eventKeys.map { ["cgroup": cgroup.path, "event": "\($0)"] }
            kindLabels = Dictionary(
                uniqueKeysWithValues: ["high", "max", "anon", "file"].map {
                    ($0, ["cgroup": cgroup.path, "kind": $0])
                })
        }

        /// Version 1 counts the memory on nodes in pages.
        var bytesPerUnit: Double { isVersion1 ? Double(sysconf(Int32(_SC_PAGESIZE))) : 1 }

        /// nil, without an error, for a file that this cgroup does not have.
        func read<Value>(_ name: String, _ sampling: inout Sampling, _ parse: ([UInt8]) -> Value?) -> Value? {
            guard names.contains(name) else { return nil }
            return sampling.read(folder / name, of: folder, parse)
        }
    }
}
