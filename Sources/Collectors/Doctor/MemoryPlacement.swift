import Glibc
import Platform

/// On which nodes the memory of a process lies.
struct MemoryPlacement: Equatable {
    /// By node.
    let bytes: [Int: Double]
    /// The group whose memory this is, where that of the process alone could not be read.
    let group: String?

    /// The rows of `memory.numa_stat` that are more than cached files. In version 1 shared memory is among the
    /// anonymous one, and kernels before 3.12 leave out the groups below.
    fileprivate static let kinds = [["anon", "shmem"]]
    fileprivate static let firstKinds = [["hierarchical_anon"], ["anon"]]
}

extension Examination {
    /// That of the process itself; where it may not be read, or is so large that to read it would hold the process up,
    /// that of its cgroup. nil, and noted, where neither is known.
    mutating func placement(of process: ExaminedProcess) -> MemoryPlacement? {
        let path = process.folder / "numa_maps"
        let resident = read(process.folder / "status", ProcessText.memory)?.residentBytes ?? 0
        var reason = "\(process.title) has \(CheckText.size(Double(resident))), too much to be looked through"
        if resident <= WatchLimits.numaMapsResidentBytesMax {
            do {
                let content = try host.files.read(path, limitBytes: WatchLimits.numaMapsBytesMax, keepsOpen: false)
                if let bytes = NUMAMapsText.bytes(content) { return MemoryPlacement(bytes: bytes, group: nil) }
                reason = "\(path) holds \"\(KernelText.excerpt(content))\", which makes no sense there"
            } catch {
                // It has ended, or the kernel knows no nodes.
                if error == .absent { return nil }
                reason = problem(path, error)
            }
        }
        if let placement = placementOfGroup(process) { return placement }
        doNotKnow(reason + ", and its cgroup does not tell either; numastat -p \(process.pid) does")
        return nil
    }

    private mutating func placementOfGroup(_ process: ExaminedProcess) -> MemoryPlacement? {
        let tree = CgroupTree(host.files)
        let isFirst = process.membership?.paths[.memory] != nil
        guard let root = tree.roots[isFirst ? .memory : .unified],
            let path = process.membership?.paths[isFirst ? .memory : .unified]
        else { return nil }
        let group = String(path.dropFirst())
        // Version 1 counts pages.
        let unit = isFirst ? Double(sysconf(Int32(_SC_PAGESIZE))) : 1
        for kinds in isFirst ? MemoryPlacement.firstKinds : MemoryPlacement.kinds {
            guard let amounts = read(root / group / "memory.numa_stat", { CgroupText.nodes($0, of: kinds) }) else {
                return nil
            }
            var bytes: [Int: Double] = [:]
            for amount in amounts { bytes[amount.node, default: 0] += amount.amount * unit }
            if !bytes.isEmpty { return MemoryPlacement(bytes: bytes, group: group) }
        }
        return nil
    }
}
