public import Platform

/// What the doctor's checks look at.
public struct DoctorHost: Sendable {
    /// The host's files as they are now.
    public var files: any HostFiles
    /// What ``HostCheck/sampledPaths(on:)`` names, as it was `elapsedSeconds` ago.
    public var earlier: any HostFiles
    /// Seconds between both; 0 where there is no earlier sample.
    public var elapsedSeconds: Double
    /// Wake-ups measured meanwhile; nil where that was left out.
    public var wakeups: WakeupReading?
    /// What delays the threads of this process alone, and so spoils `wakeups`.
    public var handicaps: [String]
    /// NVIDIA's GPUs; the state "off" where nobody asked for them.
    public var gpus: GPUSnapshot
    /// The processes and cgroups that the configuration watches.
    public var watch: DoctorWatch
    /// Model servers that answer on this host.
    public var servers: [FoundServer]
    /// As whom it is looked at.
    public var user: FilePermission.User
    /// URLs of the services that the configuration names.
    public var serviceURLs: [String]
    /// Whether the daemon takes in servers that it finds.
    public var takesServersIn: Bool

    public init(
        files: any HostFiles, earlier: any HostFiles = InMemoryHostFiles(), elapsedSeconds: Double = 0,
        wakeups: WakeupReading? = nil, handicaps: [String] = [], gpus: GPUSnapshot = GPUSnapshot(),
        watch: DoctorWatch = DoctorWatch(), servers: [FoundServer] = [], serviceURLs: [String] = [],
        takesServersIn: Bool = false, user: FilePermission.User = .plain
    ) {
        self.files = files
        self.earlier = earlier
        self.elapsedSeconds = elapsedSeconds
        self.wakeups = wakeups
        self.handicaps = handicaps
        self.gpus = gpus
        self.watch = watch
        self.servers = servers
        self.serviceURLs = serviceURLs
        self.user = user
        self.takesServersIn = takesServersIn
    }

    /// A copy of what the checks want to see twice, as it is now.
    public func sample(for checks: [any HostCheck.Type]) -> InMemoryHostFiles {
        var copy = InMemoryHostFiles()
        for path in checks.flatMap({ $0.sampledPaths(on: self) }).prefix(Self.sampledMax) {
            do {
                copy.write(try files.read(path, limitBytes: Self.fileBytes, keepsOpen: false), to: path)
            } catch {
                copy.fail(path, with: error)
            }
        }
        return copy
    }

    /// The most files that are sampled twice.
    public static let sampledMax = 16_384
    /// The longest file that a check reads: `/proc/interrupts` of a host with hundreds of CPUs has some MiB.
    public static let fileBytes = 8 << 20
}
