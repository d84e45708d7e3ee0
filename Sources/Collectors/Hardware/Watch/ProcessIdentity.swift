import Platform
import Telemetry

/// What a process is: what rules are compared with.
struct ProcessIdentity {
    /// The executable's path where it may be read, else the first argument; nil where there is neither.
    let executable: String?
    /// Why the executable's path could not be read though there is one.
    let isExecutableDenied: Bool
    /// The kernel's name for the process, which everybody may read: the label `process`, which so is the same whoever
    /// the daemon runs as.
    let comm: String
    let startTicks: Int64
    /// Arguments separated by spaces; nil for threads of the kernel.
    let command: String?
    let membership: CgroupMembership?

    /// nil when the process has ended meanwhile.
    init?(_ pid: Int32, _ files: any HostFiles) {
        let folder = HostPath.procfs(String(pid))
        guard let content = try? files.read(folder / "stat"), let status = ProcessText.status(content),
            !status.hasEnded
        else { return nil }
        comm = status.comm
        startTicks = status.startTicks
        let arguments = try? files.read(
            folder / "cmdline", limitBytes: WatchLimits.commandBytesMax, keepsOpen: false)
        command = arguments.flatMap(Self.command)
        membership = (try? files.read(folder / "cgroup")).flatMap(CgroupMembership.init)
        do throws(HostFileError) {
            executable = Self.path(try files.linkTarget(folder / "exe"))
            isExecutableDenied = false
        } catch {
            executable = arguments.flatMap(Self.firstArgument)
            isExecutableDenied = error == .denied
        }
    }

    func matches(_ rule: WatchRule) -> Bool {
        switch rule.subject {
        case .process:
            rule.pattern.matches(comm)
                || executable.map { rule.pattern.matches($0) || rule.pattern.matches(Self.baseName($0)) } ?? false
        case .command: command.map(rule.pattern.matches) ?? false
        case .unit: membership?.unit.map(rule.pattern.matches) ?? false
        case .cgroup: false
        }
    }

    private static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The kernel says so of an executable that was replaced since the process started.
    private static func path(_ target: String) -> String {
        let mark = " (deleted)"
        return target.hasSuffix(mark) ? String(target.dropLast(mark.count)) : target
    }

    private static func firstArgument(_ content: [UInt8]) -> String? {
        let first = content.prefix(WatchLimits.commandBytesCompared).prefix { $0 != 0 }
        return first.isEmpty ? nil : String(decoding: first, as: UTF8.self)
    }

    /// A NUL ends every argument; a program that writes its own title may leave others behind it.
    private static func command(_ content: [UInt8]) -> String? {
        let compared = content.prefix(WatchLimits.commandBytesCompared)
        let text = Array(compared.split(separator: 0).joined(separator: [UInt8(ascii: " ")]))
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
