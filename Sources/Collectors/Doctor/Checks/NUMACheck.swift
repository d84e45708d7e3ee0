import Platform

/// What the kernel does behind services on a host with several memory nodes.
///
/// Source: Documentation/admin-guide/sysctl/kernel.rst and vm.rst of the kernel.
enum NUMACheck: HostCheck {
    static let id = "numa"
    static let title = "NUMA policy"

    static func examine(_ examination: inout Examination) {
        let nodes = examination.entries(in: .sysfs("devices/system/node"), prefix: "node")
        guard nodes.count > 1 else { return examination.doesNotApply("one memory node") }
        balancing(nodes.count, &examination)
        if let mode = examination.read(.procfs("sys/vm/zone_reclaim_mode"), CheckText.number), mode != 0 {
            examination.find(
                .warning, "a full memory node reclaims before it borrows", evidence: ["vm.zone_reclaim_mode = \(mode)"],
                why: "allocations stall although other nodes have free memory",
                remedy: ["sudo sysctl vm.zone_reclaim_mode=0"])
        }
    }

    private static func balancing(_ nodeCount: Int, _ examination: inout Examination) {
        guard let value = examination.read(.procfs("sys/kernel/numa_balancing"), CheckText.number) else { return }
        guard value != 0 else {
            return examination.isGood("\(nodeCount) nodes, automatic balancing off")
        }
        examination.find(
            .warning, "the kernel moves memory between nodes by itself",
            evidence: ["kernel.numa_balancing = \(value)", "\(nodeCount) memory nodes"],
            why: "it unmaps pages to see who uses them: each costs a fault of the thread that computes",
            remedy: [
                "sudo sysctl kernel.numa_balancing=0",
                "numactl --cpunodebind=N --membind=N …    # start each service on its GPU's node",
            ])
    }
}
