public import Platform

/// The processes and cgroups that are watched, as they were found last.
public struct Watched: Sendable, Equatable {
    /// Sorted by pid.
    public var processes: [WatchedProcess]
    /// Sorted by path.
    public var cgroups: [WatchedCgroup]
    /// What matches but is left out, since a limit is reached.
    public var omitted: WatchCount
    /// Another number whenever processes or cgroups are others; 0 when it was never looked.
    public var revision: UInt64

    public init(
        processes: [WatchedProcess] = [], cgroups: [WatchedCgroup] = [], omitted: WatchCount = WatchCount(),
        revision: UInt64 = 0
    ) {
        self.processes = processes
        self.cgroups = cgroups
        self.omitted = omitted
        self.revision = revision
    }

    /// How many are watched.
    var count: WatchCount {
        let pushers = processes.count { $0.reason == .pusher }
        return WatchCount(processes: processes.count - pushers, pushers: pushers, cgroups: cgroups.count)
    }
}

/// How many processes that are named, processes that push, and cgroups.
public struct WatchCount: Sendable, Equatable {
    public var processes: Int
    public var pushers: Int
    public var cgroups: Int

    public init(processes: Int = 0, pushers: Int = 0, cgroups: Int = 0) {
        self.processes = processes
        self.pushers = pushers
        self.cgroups = cgroups
    }
}

/// A process that is watched.
public struct WatchedProcess: Sendable, Hashable {
    /// Why it is watched.
    public enum Reason: Sendable, Hashable {
        /// A rule of `hardware.watch` matches.
        case named
        /// It pushes timings.
        case pusher
    }

    public let pid: Int32
    /// When it started, in ticks of 10 ms since the host did: with the pid it names the process for good.
    public let startTicks: Int64
    /// The label `process`.
    public let name: String
    public let reason: Reason
    /// The paths of its cgroups, each once, without the root.
    public let cgroups: [String]
    /// The systemd unit that it runs in.
    public let unit: String?

    public init(
        pid: Int32, startTicks: Int64, name: String, reason: Reason, cgroups: [String] = [], unit: String? = nil
    ) {
        self.pid = pid
        self.startTicks = startTicks
        self.name = name
        self.reason = reason
        self.cgroups = cgroups
        self.unit = unit
    }

    /// Its folder in `/proc`.
    public var folder: HostPath { .procfs(String(pid)) }
}

/// A cgroup that is watched. On hosts with the old hierarchies it has a folder in each that knows its path.
public struct WatchedCgroup: Sendable, Hashable {
    /// The label `cgroup`: where it is below the root of its hierarchy, beginning with a slash.
    public let path: String
    /// By hierarchy.
    public let folders: [CgroupHierarchy: HostPath]

    public init(path: String, folders: [CgroupHierarchy: HostPath]) {
        self.path = path
        self.folders = folders
    }
}

/// A hierarchy of cgroups that something is read from.
public enum CgroupHierarchy: String, Sendable, Hashable, CaseIterable {
    /// Version 2.
    case unified
    /// Version 1, by controller.
    case cpu, cpuacct, memory, blkio
}
