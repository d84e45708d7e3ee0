import Platform

/// The control groups of services and containers in one hierarchy, and those of the processes that matter.
struct CgroupWalk {
    /// Deep enough for `kubepods.slice/kubepods-pod….slice/cri-….scope` and for most services of users.
    static let depthMax = 4
    /// The most that are looked at.
    static let countMax = 2_000

    /// The root first, then from the top down.
    private(set) var groups: [Cgroup] = []
    /// Folders whose groups are not known, and why.
    private(set) var unreadable: [(path: HostPath, error: HostFileError)] = []
    /// Whether there are more than are looked at.
    private(set) var isLimited = false

    /// - Parameter extra: groups that are looked at however deep they are, by their path with a slash in front; those
    ///   above them, too.
    init(_ hierarchy: CgroupHierarchy, extra: Set<String>, _ files: any HostFiles) {
        guard let root = CgroupTree(files).roots[hierarchy] else { return }
        groups = [Cgroup(path: root, name: "")]
        walk(files)
        let known = Set(groups.map(\.name))
        let wanted = Set(extra.flatMap(Self.withAncestors)).subtracting(known)
        groups += wanted.sorted().map { Cgroup(path: root / $0, name: $0) }
    }

    /// Breadth first, so that a limit on the number takes away the deepest.
    private mutating func walk(_ files: any HostFiles) {
        var level = groups[...]
        for _ in 0..<Self.depthMax {
            let start = groups.count
            for parent in level {
                for name in names(in: parent.path, files) where !CgroupTree.isFile(name) {
                    guard groups.count < Self.countMax else { return isLimited = true }
                    let child = parent.name.isEmpty ? name : parent.name + "/" + name
                    groups.append(Cgroup(path: parent.path / name, name: child))
                }
            }
            level = groups[start...]
        }
    }

    private mutating func names(in folder: HostPath, _ files: any HostFiles) -> [String] {
        do {
            return try files.list(folder).sorted()
        } catch .absent, .wrongType {
            // It was removed meanwhile, or is a file whose name a later kernel made up.
            return []
        } catch {
            unreadable.append((folder, error))
            return []
        }
    }

    /// `/a/b` gives `a/b` and `a`.
    private static func withAncestors(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        return parts.indices.map { parts[...$0].joined(separator: "/") }
    }
}

extension Examination {
    /// The groups of a hierarchy, those of `processes` included however deep they are. Notes what it could not list.
    mutating func cgroups(_ hierarchy: CgroupHierarchy, _ processes: [ExaminedProcess]) -> [Cgroup] {
        let watched = host.watch.watched.cgroups.filter { $0.folders[hierarchy] != nil }.map(\.path)
        let own = processes.compactMap { $0.membership?.paths[hierarchy] }
        // Where the hierarchies are not known, there seems to be none.
        _ = names(in: CgroupTree.top)
        let walk = CgroupWalk(hierarchy, extra: Set(watched + own), host.files)
        for (path, error) in walk.unreadable { note(path, error) }
        if walk.isLimited {
            doNotKnow("there are more than \(CgroupWalk.countMax) groups; the deepest of them were not looked at")
        }
        return walk.groups
    }
}

extension Examination {
    /// Why groups may be there though they are not seen; nil where all are.
    func hiddenCgroups() -> String? {
        let tops = Result { () throws(HostFileError) in try host.files.list(CgroupTree.top) }
        if case .failure(let error) = tops, error != .absent { return problem(CgroupTree.top, error) }
        let walks = CgroupHierarchy.allCases.lazy.map { CgroupWalk($0, extra: [], host.files) }
        return walks.compactMap(\.unreadable.first).first.map { problem($0.path, $0.error) }
    }
}

extension DoctorHost {
    /// The groups of a hierarchy, as far as they are known before anybody asked the GPUs.
    func cgroups(_ hierarchy: CgroupHierarchy) -> [Cgroup] {
        let watched = watch.watched.cgroups.filter { $0.folders[hierarchy] != nil }.map(\.path)
        return CgroupWalk(hierarchy, extra: Set(watched), files).groups
    }
}
