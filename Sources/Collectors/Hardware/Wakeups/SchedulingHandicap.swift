import Platform

/// What makes the threads of this process later than those of others.
enum SchedulingHandicap {
    /// For people, each with what to do about it; empty when there is nothing.
    static func all(scheduling: ThreadScheduling, files: any HostFiles) -> [String] {
        guard let content = try? files.read(.procfs("self/cgroup")), let own = OwnCgroups(content) else {
            return ofThread(scheduling)
        }
        return ofThread(scheduling) + [quota(of: own, files), weight(of: own, files)].compactMap(\.self)
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
    private static func quota(of own: OwnCgroups, _ files: any HostFiles) -> String? {
        first(of: own.quotaFiles, files).map {
            "latencyd's cgroup has a CPU quota (\($0)); run it without CPUQuota= or a CPU limit"
        }
    }

    /// The cgroup nearest to this process that comes after others of its kind.
    private static func weight(of own: OwnCgroups, _ files: any HostFiles) -> String? {
        first(of: own.weightFiles, files).map {
            "latencyd's cgroup comes after others (\($0) is lowered); run it without CPUWeight= or CPUShares="
        }
    }

    private static func first(of candidates: [OwnCgroups.LimitFile], _ files: any HostFiles) -> HostPath? {
        candidates.first { candidate in
            guard let content = try? files.read(candidate.path) else { return false }
            return candidate.isLimited(content)
        }?.path
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

    /// A file that says how far a cgroup may use CPUs.
    struct LimitFile {
        let path: HostPath
        let isLimited: ([UInt8]) -> Bool
    }

    /// Where a quota may stand, from the process' own cgroups up to the root.
    var quotaFiles: [LimitFile] {
        Self.files("cpu.max", of: unified, Self.isLimitedSecond)
            + Self.files("cpu.cfs_quota_us", of: cpu, below: "cpu", Self.isLimitedFirst)
    }

    /// Where a weight may stand, likewise.
    var weightFiles: [LimitFile] {
        // A cgroup that is idle runs when no other wants to, whatever its weight.
        Self.files("cpu.idle", of: unified) { KernelText.integer($0, in: 1...1) != nil }
            + Self.files("cpu.weight", of: unified) { KernelText.integer($0, in: 1...(Self.weightUsual - 1)) != nil }
            + Self.files("cpu.shares", of: cpu, below: "cpu") {
                KernelText.integer($0, in: 1...(Self.sharesUsual - 1)) != nil
            }
    }

    private static let weightUsual: Int64 = 100
    private static let sharesUsual: Int64 = 1_024

    private static func files(
        _ name: String, of cgroup: String?, below hierarchy: String? = nil, _ isLimited: @escaping ([UInt8]) -> Bool
    ) -> [LimitFile] {
        let root = "fs/cgroup" + (hierarchy.map { "/" + $0 } ?? "")
        return ancestors(cgroup).map { LimitFile(path: HostPath.sysfs(root + $0) / name, isLimited: isLimited) }
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
