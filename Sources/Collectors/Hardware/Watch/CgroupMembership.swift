/// Where a process is in the hierarchies of cgroups: `/proc/PID/cgroup`.
struct CgroupMembership: Equatable {
    /// The paths, by hierarchy, that are no root.
    private(set) var paths: [CgroupHierarchy: String] = [:]
    private(set) var unit: String?

    /// Lines like `4:cpu,cpuacct:/system.slice/a.service` and `0::/system.slice/a.service`. nil for anything else.
    init?(_ content: [UInt8]) {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        var units: [(rank: Int, name: String)] = []
        for line in content.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, KernelText.decimal(fields[0], in: 0...1_000_000) != nil,
                fields[2].first == UInt8(ascii: "/")
            else { return nil }
            guard let path = Self.path(fields[2]) else { continue }
            let controllers = fields[1].split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self) }
            add(path, controllers)
            if let unit = Self.unit(of: path) {
                units.append((controllers.isEmpty ? 1 : controllers == ["name=systemd"] ? 0 : 2, unit))
            }
        }
        unit = units.min { $0.rank < $1.rank }?.name
    }

    private mutating func add(_ path: String, _ controllers: [String]) {
        let hierarchies = controllers.isEmpty ? [.unified] : controllers.compactMap(CgroupHierarchy.init(rawValue:))
        guard path != "/" else { return }
        for hierarchy in hierarchies { paths[hierarchy] = path }
    }

    /// nil for a cgroup that cannot be read here: one above the root of this cgroup namespace, one that was removed,
    /// one whose path is too long or no text.
    private static func path(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count <= WatchLimits.cgroupPathBytesMax, let path = String(validating: bytes, as: UTF8.self),
            path != "/..", !path.hasPrefix("/../"), !path.hasSuffix(" (deleted)")
        else { return nil }
        return path
    }

    private static func unit(of path: String) -> String? {
        path.split(separator: "/").last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }.map(String.init)
    }
}
