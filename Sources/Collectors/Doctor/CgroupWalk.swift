import Platform

/// A control group that the doctor looks at.
struct Cgroup: Sendable, Hashable {
    /// Its folder below the root of its hierarchy.
    let path: HostPath
    /// As people know it: `system.slice/triton.service`.
    let name: String

    /// The systemd unit that it belongs to, quoted for a shell; nil for a container's or another's.
    ///
    /// Whoever has a delegated group names groups below it as he likes. Only what can be a unit's name gets into a
    /// command that root may run.
    var unit: String? {
        let parts = name.split(separator: "/")
        // A group below a unit is not the unit, and what is below user@N.service is another manager's.
        guard let unit = parts.last, [".service", ".slice", ".scope"].contains(where: unit.hasSuffix),
            !parts.contains(where: { $0.hasPrefix("user@") })
        else { return nil }
        let isName = unit.utf8.first != UInt8(ascii: "-") && unit.utf8.allSatisfy(Self.isOfUnitName)
        guard isName else { return nil }
        return unit.utf8.contains(UInt8(ascii: "\\")) ? "'\(unit)'" : String(unit)
    }

    /// systemd.unit(5): letters, digits, and `:-_.\@`.
    private static func isOfUnitName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ":-_.\\@".utf8.contains(byte)
        }
    }
}

/// The control groups of services and containers.
enum CgroupWalk {
    /// Deep enough for `kubepods.slice/kubepods-pod….slice/cri-….scope` and for a user's services.
    static let depthMax = 4
    /// The most that are looked at.
    static let countMax = 2_000

    /// Of the second version, also where it is mounted beside the first.
    static func unified(_ files: any HostFiles) -> [Cgroup] {
        let top = HostPath.sysfs("fs/cgroup")
        let isUnified = (try? files.read(top / "cgroup.controllers")) != nil
        return walk(isUnified ? top : top / "unified", files)
    }

    /// Of the first version's CPU controller.
    static func firstCPU(_ files: any HostFiles) -> [Cgroup] { walk(.sysfs("fs/cgroup/cpu"), files) }

    /// Breadth first, so that a limit on the number takes away the deepest.
    private static func walk(_ root: HostPath, _ files: any HostFiles) -> [Cgroup] {
        var found: [Cgroup] = []
        var level = [Cgroup(path: root, name: "")]
        for _ in 0..<depthMax {
            var next: [Cgroup] = []
            for parent in level {
                for name in ((try? files.list(parent.path)) ?? []).sorted() where isFolder(name, parent.path, files) {
                    next.append(
                        Cgroup(path: parent.path / name, name: parent.name.isEmpty ? name : parent.name + "/" + name))
                    if found.count + next.count >= countMax { return found + next }
                }
            }
            found += next
            level = next
        }
        return found
    }

    /// The files of a group are named after a controller, `cpu.stat`; these need no second look.
    private static func isFolder(_ name: String, _ parent: HostPath, _ files: any HostFiles) -> Bool {
        let isUnit = [".service", ".slice", ".scope"].contains { name.hasSuffix($0) }
        let controller = name.prefix { $0 != "." }
        if !isUnit, controller != name, controllers.contains(String(controller)) { return false }
        return (try? files.list(parent / name)) != nil
    }

    private static let controllers: Set<String> = [
        "cgroup", "cpu", "cpuacct", "cpuset", "memory", "io", "pids", "irq", "hugetlb", "rdma", "misc",
    ]
}
