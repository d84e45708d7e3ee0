import Platform

/// The host's memory nodes that have CPUs, and how far they are from each other.
///
/// Nodes without CPUs (the memory of a GPU, or at the end of a CXL link) are somebody's choice, and near to nobody.
struct MemoryNodes {
    /// By node.
    private(set) var cpus: [Int: Set<Int>] = [:]
    /// By node: the nodes in the same socket.
    private(set) var neighbours: [Int: Set<Int>] = [:]

    /// The kernel's distance to oneself is 10, and within a socket that is divided into several nodes a little more.
    static let distanceFar: Int64 = 20

    /// The nodes that have some of `cpus`.
    func nodes(of cpus: Set<Int>) -> Set<Int> {
        Set(self.cpus.lazy.filter { !$0.value.isDisjoint(with: cpus) }.map(\.key))
    }

    /// `nodes` and those in the same socket.
    func around(_ nodes: Set<Int>) -> Set<Int> { nodes.reduce(nodes) { $0.union(neighbours[$1, default: []]) } }

    /// `distance` of a node: one number for each node that is there, ascending.
    static func distances(_ content: [UInt8]) -> [Int64]? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        let fields = content.dropLast().split(separator: UInt8(ascii: " "))
        let numbers = fields.compactMap { KernelText.decimal($0, in: 0...255) }
        return numbers.count == fields.count && !numbers.isEmpty ? numbers : nil
    }
}

extension Examination {
    mutating func memoryNodes() -> MemoryNodes {
        var nodes = MemoryNodes()
        let entries = entries(in: .sysfs("devices/system/node"), prefix: "node")
        for entry in entries {
            guard let cpus = read(entry.path / "cpulist", { CPUList.ids($0) }), !cpus.isEmpty else { continue }
            nodes.add(entry.number, cpus, read(entry.path / "distance", MemoryNodes.distances), entries.map(\.number))
        }
        return nodes
    }
}

extension MemoryNodes {
    fileprivate mutating func add(_ node: Int, _ cpus: Set<Int>, _ distances: [Int64]?, _ all: [Int]) {
        self.cpus[node] = cpus
        guard let distances, distances.count == all.count else { return }
        neighbours[node] = Set(zip(all, distances).lazy.filter { $1 < Self.distanceFar }.map(\.0))
    }
}
