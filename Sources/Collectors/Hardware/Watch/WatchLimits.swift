/// How much is watched at the most, and how dearly it is looked for.
public enum WatchLimits {
    /// The most processes that are watched because they are named. The oldest stay.
    public static let processesMax = 256
    /// The most processes that are watched because they push. Who is watched stays so.
    public static let pushersMax = 128
    /// A process that pushed nothing for so long makes room for another one, seconds.
    public static let pusherQuietSeconds = 900.0
    /// The most cgroups that are watched: named ones, then those of watched processes, then those above them.
    public static let cgroupsMax = 256
    /// How often what is named is looked for, seconds.
    public static let scanSeconds = 10.0
    /// In so many scans every process is looked at again, since exec changes what it is.
    public static let scansPerRound = 6
    /// The most processes that one scan looks at for the first time; the others wait for the next one.
    public static let newProcessesPerScanMax = 4_096
    /// The most folders that one scan lists for patterns of cgroups.
    public static let cgroupFoldersPerScanMax = 2_048
    /// The deepest cgroup that a pattern finds.
    public static let cgroupDepthMax = 16
    /// The longest path of a cgroup that is watched, in bytes.
    public static let cgroupPathBytesMax = 512
    /// The longest command line that is read, in bytes.
    public static let commandBytesMax = 262_144
    /// The part of a command line that patterns are compared with, in bytes.
    public static let commandBytesCompared = 4_096
    /// The longest name of a process in a label, in bytes.
    public static let nameBytesMax = 64
    /// The most threads of one process whose waiting is read.
    public static let threadsPerProcessMax = 512
    /// The most threads of processes that are new whose waiting is read in one pass.
    public static let newThreadsPerPassMax = 4_096
    /// The most threads of one process that are read in a pass after its first; others have their turn later.
    public static let threadsPerTurnMax = 40
    /// The same of all processes, which share it.
    public static let threadsPerPassMax = 256
    /// The longest list of CPUs in a label, in bytes.
    public static let cpuListBytesMax = 128
    /// The most block devices of one cgroup.
    public static let devicesPerCgroupMax = 64
    /// The most memory in RAM of a process whose numa_maps is read, in bytes.
    public static let numaMapsResidentBytesMax: Int64 = 8 << 30
    /// The longest numa_maps that is read, in bytes.
    public static let numaMapsBytesMax = 4_194_304
}
