public import Telemetry

/// An entry of `hardware.watch`: which processes or cgroups are watched, and under which name.
public struct WatchRule: Sendable, Hashable {
    /// What the pattern is compared with.
    public enum Subject: String, Sendable, Hashable, CaseIterable {
        /// The executable's path or base name, or the name that the kernel has for the process.
        case process
        /// The whole command line, arguments separated by single spaces.
        case command
        /// The systemd unit, `*.service` or `*.scope`, that the process runs in.
        case unit
        /// The path of a cgroup, beginning with a slash.
        case cgroup
    }

    public var subject: Subject
    public var pattern: Glob
    /// The label `process` of what matches; nil: the kernel's name for each process.
    public var name: String?

    public init(_ subject: Subject, _ pattern: Glob, name: String? = nil) {
        self.subject = subject
        self.pattern = pattern
        self.name = name
    }
}

/// What is watched: `hardware.watch` and `hardware.watch_pushers`.
public struct WatchSettings: Sendable, Hashable {
    /// A process that several match gets the name of the first.
    public var rules: [WatchRule]
    /// Whether processes that push timings are watched without being named.
    public var includesPushers: Bool

    public init(rules: [WatchRule] = [], includesPushers: Bool = true) {
        self.rules = rules
        self.includesPushers = includesPushers
    }
}
