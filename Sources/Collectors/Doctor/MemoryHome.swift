import Platform

/// Where the memory of a process should lie.
struct MemoryHome: Hashable {
    let nodes: Set<Int>
    /// What is there: `GPU 0`, `CPUs 0-31`.
    let title: String
    /// How that is known, for evidence.
    let evidence: String

    /// Near the GPUs that the process uses.
    init(nodes: Set<Int>, gpus title: String) {
        self.nodes = nodes
        self.title = title
        evidence = "\(title) \(title.hasPrefix("GPUs") ? "are" : "is") near \(Self.name(of: nodes))"
    }

    /// Near the CPUs that the process may use.
    init(nodes: Set<Int>, cpus: Set<Int>) {
        self.nodes = nodes
        title = "CPUs \(CPUList.text(cpus))"
        evidence = "it may use the \(title), of \(Self.name(of: nodes))"
    }

    /// `node 0`, `nodes 0-1`.
    static func name(of nodes: some Collection<Int>) -> String {
        "node\(nodes.count == 1 ? "" : "s") \(CPUList.text(nodes))"
    }
}

extension Examination {
    /// nil where nothing ties the process to a node.
    mutating func home(of process: ExaminedProcess, _ nodes: MemoryNodes) -> MemoryHome? {
        var near: Set<Int> = []
        for device in host.gpus.devices where process.gpus.contains(device.index) {
            guard let locality = device.readings?.locality else { continue }
            // A GPU whose own memory is a node names that one, which has no CPUs.
            if let node = locality.numaNode.flatMap({ Int(exactly: $0) }), nodes.cpus[node] != nil {
                near.insert(node)
            } else {
                near.formUnion(nodes.nodes(of: Set(locality.cpus ?? [])))
            }
        }
        if !near.isEmpty, let title = process.gpuTitle { return MemoryHome(nodes: near, gpus: title) }
        guard let allowed = allowedCPUs(of: process) else { return nil }
        near = nodes.nodes(of: allowed)
        return near.isEmpty ? nil : MemoryHome(nodes: near, cpus: allowed)
    }
}
