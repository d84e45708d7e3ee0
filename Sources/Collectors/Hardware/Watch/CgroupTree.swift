import Platform
import Telemetry

/// The hierarchies of cgroups that this host has mounted at `/sys/fs/cgroup`.
struct CgroupTree: Sendable {
    /// The root folder of each hierarchy.
    let roots: [CgroupHierarchy: HostPath]

    static let top = HostPath.sysfs("fs/cgroup")

    /// Version 2 alone has its files at the top; else there is a folder for each hierarchy of version 1, and perhaps
    /// one for version 2 beside them.
    init(_ files: any HostFiles) {
        let names = Set((try? files.list(Self.top)) ?? [])
        if names.contains("cgroup.controllers") {
            roots = [.unified: Self.top]
            return
        }
        var roots: [CgroupHierarchy: HostPath] = [:]
        let folders: [(CgroupHierarchy, [String])] = [
            (.unified, ["unified"]), (.cpu, ["cpu,cpuacct", "cpuacct,cpu", "cpu"]),
            (.cpuacct, ["cpu,cpuacct", "cpuacct,cpu", "cpuacct"]), (.memory, ["memory"]), (.blkio, ["blkio"]),
        ]
        for (hierarchy, candidates) in folders {
            roots[hierarchy] = candidates.first(where: names.contains).map { Self.top / $0 }
        }
        self.roots = roots
    }

    /// The cgroup at `path`, with a folder in every hierarchy that has it; nil when none has.
    func cgroup(at path: String, _ files: any HostFiles) -> WatchedCgroup? {
        var folders: [CgroupHierarchy: HostPath] = [:]
        for (hierarchy, root) in roots {
            let folder = path == "/" ? root : root / String(path.dropFirst())
            guard let names = try? files.list(folder) else { continue }
            // The root is the host itself, unless this is a container: then the kernel gives it a type.
            if path == "/", !names.contains("cgroup.type") { continue }
            folders[hierarchy] = folder
        }
        return folders.isEmpty ? nil : WatchedCgroup(path: path, folders: folders)
    }

    /// The paths below the roots that a rule matches, sorted. Looks only where a match can be, and at no more than
    /// `foldersLeft` folders.
    func paths(matching rules: [WatchRule], _ files: any HostFiles, foldersLeft: inout Int) -> [String] {
        let prefixes = rules.map { Self.literalPrefix(of: $0.pattern.pattern) }
        var found: Set<String> = []
        for root in Set(roots.values) {
            var waiting = [(path: "", depth: 0)]
            while let (path, depth) = waiting.popLast() {
                guard foldersLeft > 0 else { break }
                let folder = path.isEmpty ? root : root / String(path.dropFirst())
                foldersLeft -= 1
                guard let names = try? files.list(folder) else { continue }
                let shown = path.isEmpty ? "/" : path
                if rules.contains(where: { $0.pattern.matches(shown) }) { found.insert(shown) }
                guard depth < WatchLimits.cgroupDepthMax else { continue }
                for name in names where !Self.isFile(name) {
                    let child = path + "/" + name
                    guard child.utf8.count <= WatchLimits.cgroupPathBytesMax,
                        prefixes.contains(where: { child.hasPrefix($0) || $0.hasPrefix(child) })
                    else { continue }
                    waiting.append((child, depth + 1))
                }
            }
        }
        return found.sorted()
    }

    private static let filePrefixes: Set<Substring> = [
        "cgroup", "cpu", "cpuacct", "cpuset", "memory", "io", "irq", "pids", "hugetlb", "rdma", "misc", "dmem", "blkio",
        "net_cls", "net_prio", "freezer", "devices", "perf_event", "debug",
    ]
    private static let fileNames: Set<String> = ["tasks", "notify_on_release", "release_agent"]

    /// Files of a cgroup begin with their controller's name and a dot; what else is there are cgroups.
    static func isFile(_ name: String) -> Bool {
        guard let dot = name.firstIndex(of: ".") else { return fileNames.contains(name) }
        return filePrefixes.contains(name[..<dot])
    }

    /// The part of a pattern before its first wildcard.
    private static func literalPrefix(of pattern: String) -> String {
        String(pattern.prefix { !"*?[{\\".contains($0) })
    }
}
