import Platform

/// What makes the threads of this process later than those of others.
enum SchedulingHandicap {
    /// For people, each with what to do about it; empty when there is nothing.
    static func all(scheduling: ThreadScheduling, files: any HostFiles) -> [String] {
        ofThread(scheduling) + (quota(files).map { [$0] } ?? [])
    }

    private static func ofThread(_ scheduling: ThreadScheduling) -> [String] {
        var handicaps: [String] = []
        if scheduling.nice > 0 {
            handicaps.append(
                "latencyd runs at nice \(scheduling.nice); start it without nice, or without Nice= in its unit")
        }
        switch scheduling.policy {
        case .batch:
            handicaps.append("latencyd's scheduling is SCHED_BATCH; start it without chrt or CPUSchedulingPolicy=")
        case .idle:
            handicaps.append("latencyd's scheduling is SCHED_IDLE; start it without chrt or CPUSchedulingPolicy=")
        case .normal, .other: break
        }
        return handicaps
    }

    /// The CPU quota nearest to this process.
    private static func quota(_ files: any HostFiles) -> String? {
        guard let content = try? files.read(.procfs("self/cgroup")),
            let own = OwnCgroups(content)
        else { return nil }
        for candidate in own.quotaFiles {
            guard let content = try? files.read(candidate.path), candidate.isLimited(content) else { continue }
            return "latencyd's cgroup has a CPU quota (\(candidate.path)); run it without CPUQuota= or a CPU limit"
        }
        return nil
    }
}

/// The cgroups of a process, from `/proc/PID/cgroup` (cgroups(7)).
struct OwnCgroups: Equatable {
    /// The deepest cgroup whose parents are looked at, too.
    static let depthMax = 16

    /// In the unified hierarchy, with a leading slash.
    let unified: String?
    /// In the hierarchy of the first version's CPU controller, with a leading slash.
    let cpu: String?

    /// Nil for what is no such file.
    init?(_ content: [UInt8]) {
        guard let text = String(validating: content, as: UTF8.self), text.hasSuffix("\n") else { return nil }
        var unified: String?
        var cpu: String?
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].hasPrefix("/") else { return nil }
            if fields[0] == "0", fields[1].isEmpty { unified = String(fields[2]) }
            if fields[1].split(separator: ",").contains("cpu") { cpu = String(fields[2]) }
        }
        self.unified = unified
        self.cpu = cpu
    }

    /// Where a quota may stand, from the process' own cgroups up to the root.
    var quotaFiles: [QuotaFile] {
        let second = Self.ancestors(unified).map {
            QuotaFile(path: HostPath.sysfs("fs/cgroup" + $0) / "cpu.max", isLimited: Self.isLimitedSecond)
        }
        let first = Self.ancestors(cpu).map {
            QuotaFile(path: HostPath.sysfs("fs/cgroup/cpu" + $0) / "cpu.cfs_quota_us", isLimited: Self.isLimitedFirst)
        }
        return second + first
    }

    struct QuotaFile {
        let path: HostPath
        let isLimited: ([UInt8]) -> Bool
    }

    /// `max 100000` or `50000 100000`.
    private static func isLimitedSecond(_ content: [UInt8]) -> Bool {
        guard let quota = content.split(separator: UInt8(ascii: " ")).first else { return false }
        return KernelText.decimal(quota, in: 0 ... .max) != nil
    }

    /// -1 for none.
    private static func isLimitedFirst(_ content: [UInt8]) -> Bool {
        KernelText.integer(content, in: 0 ... .max) != nil
    }

    /// `/a/b` gives `/a/b`, `/a` and the empty path.
    private static func ancestors(_ cgroup: String?) -> [String] {
        guard let cgroup else { return [] }
        var parts = cgroup.split(separator: "/").prefix(depthMax)
        var paths: [String] = []
        while !parts.isEmpty {
            paths.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return paths + [""]
    }
}
