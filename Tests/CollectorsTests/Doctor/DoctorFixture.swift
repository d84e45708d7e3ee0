import Platform
import Telemetry

@testable import Collectors

/// Files of a host: those whose path begins with `proc/` below `/proc`, all others below `/sys`.
func hostFiles(_ files: [String: String]) -> InMemoryHostFiles {
    var host = InMemoryHostFiles()
    for (path, content) in files { host.write(content, to: hostPath(path)) }
    return host
}

func hostPath(_ path: String) -> HostPath {
    path.hasPrefix("proc/") ? .procfs(String(path.dropFirst(5))) : .sysfs(path)
}

/// What `check` says about a host.
func examine(
    _ check: any HostCheck.Type, _ files: [String: String], earlier: [String: String]? = nil, seconds: Double = 1
) -> CheckReport {
    examine(
        check,
        DoctorHost(
            files: hostFiles(files), earlier: hostFiles(earlier ?? [:]), elapsedSeconds: earlier == nil ? 0 : seconds))
}

func examine(_ check: any HostCheck.Type, _ host: DoctorHost) -> CheckReport {
    HostChecks.examine(host, [check])[0]
}
