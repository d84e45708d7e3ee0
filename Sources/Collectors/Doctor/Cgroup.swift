import Platform

/// A control group that the doctor looks at, in one hierarchy.
struct Cgroup: Sendable, Hashable {
    /// Its folder in the hierarchy.
    let path: HostPath
    /// Where it is below the root of its hierarchy: `system.slice/triton.service`; empty for the root.
    let name: String

    /// As people know it. The root has limits only where it is not the host's, but that of a container.
    var title: String { name.isEmpty ? "this container" : name }

    /// The systemd unit that it belongs to, quoted for a shell; nil for a container's or another's.
    ///
    /// Whoever has a delegated group names groups below it as he likes. Only what can be a unit's name gets into a
    /// command that root may run.
    var unit: String? { Self.unit(of: name) }

    /// The same for the path of a group.
    static func unit(of path: String) -> String? {
        let parts = path.split(separator: "/")
        // A group below a unit is not the unit, and what is below user@N.service is another manager's.
        guard let unit = parts.last, [".service", ".slice", ".scope"].contains(where: unit.hasSuffix),
            !parts.contains(where: { $0.hasPrefix("user@") }), !isOfContainer(parts)
        else { return nil }
        let isName = unit.utf8.first != UInt8(ascii: "-") && unit.utf8.allSatisfy(isOfUnitName)
        guard isName else { return nil }
        return unit.utf8.contains(UInt8(ascii: "\\")) ? "'\(unit)'" : String(unit)
    }

    /// Those of `processes` that are in it, or in a group below it, in a line of evidence; none for none of them.
    func holders(among processes: [ExaminedProcess], _ hierarchy: CgroupHierarchy) -> [String] {
        guard !name.isEmpty else { return [] }
        let held = processes.filter { process in
            process.membership?.paths[hierarchy].map { $0 == "/" + name || $0.hasPrefix("/" + name + "/") } ?? false
        }
        guard !held.isEmpty else { return [] }
        let titles = held.prefix(Self.holdersMax).map { process in
            process.gpuTitle.map { "\(process.title), which uses \($0)" } ?? process.title
        }
        let more = held.count > titles.count ? ["\(held.count - titles.count) more"] : []
        return ["holds " + (titles + more).joined(separator: "; ")]
    }

    /// Units that Kubernetes, Docker or Podman made: what systemd is told of them, those take back.
    private static func isOfContainer(_ parts: [Substring]) -> Bool {
        parts.contains { $0.hasPrefix("kubepods") || $0.hasPrefix("kubelet-kubepods") }
            || parts.last.map { unit in
                unit.hasSuffix(".scope") && ["docker-", "libpod-", "crio-", "cri-"].contains(where: unit.hasPrefix)
            } ?? false
    }

    /// The most processes of a group that evidence names.
    private static let holdersMax = 4

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
