internal import ArgumentParser

/// The flags of every command that looks at the host: what is configured, and where the kernel's files are.
struct HostOptions: ParsableArguments {
    @Option(
        name: .customLong("config.file"),
        help: ArgumentHelp(
            "The configuration, YAML (default: \(Configuration.fileDefault) if it exists, else built-in defaults).",
            valueName: "file"))
    var configFile: String?

    @Option(
        name: .customLong("path.sysfs"),
        help: ArgumentHelp("Where sysfs is mounted, for example /host/sys in a container.", valueName: "folder"))
    var pathSysfs = "/sys"

    @Option(
        name: .customLong("path.procfs"),
        help: ArgumentHelp("Where procfs is mounted, for example /host/proc in a container.", valueName: "folder"))
    var pathProcfs = "/proc"

    /// Both folders, by their flag.
    var folders: [(flag: String, path: String)] { [("--path.sysfs", pathSysfs), ("--path.procfs", pathProcfs)] }

    /// The file to read: the named one; else the default one if `exists` says so; else nil, for the defaults.
    func configurationFile(exists: (String) -> Bool) -> String? {
        configFile ?? (exists(Configuration.fileDefault) ? Configuration.fileDefault : nil)
    }
}
