import Platform
import Telemetry

/// Where pages came from on hosts with several memory nodes, and how much memory each has, from
/// `/sys/devices/system/node`.
///
/// Source: Documentation/admin-guide/numastat.rst of the kernel.
struct NUMACollector: Collector {
    static let id = "numa"
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [pages, memory]

    private static let pages = MetricDescriptor(
        .counter, "latencyd_numa_pages",
        help: "Pages given out by a memory node: as wanted (hit), for want of another (miss), by another (foreign).")
    private static let memory = MetricDescriptor(
        .gauge, "latencyd_numa_memory_bytes", unit: .bytes, help: "Memory of a node.")

    private var nodes = Discovery<[Node]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for node in try nodes(&sampling, find: Self.nodes) {
            if let counts = sampling.read(node.pages, NUMAText.counts) {
                for (place, count) in counts.enumerated() {
                    if let count { sampling.add(Self.pages, node.eventLabels[place], Double(count)) }
                }
            }
            if let memory = sampling.read(node.memory, NUMAText.memory) {
                sampling.add(Self.memory, node.totalLabels, Double(memory.totalBytes))
                sampling.add(Self.memory, node.freeLabels, Double(memory.freeBytes))
            }
        }
    }

    private static func nodes(_ sampling: inout Sampling) throws(CollectorError) -> [Node] {
        try sampling.entries(in: .sysfs("devices/system/node"), prefix: "node").map(Node.init)
    }
}

/// A memory node as it was found.
private struct Node {
    let pages: HostPath
    let memory: HostPath
    /// In the order of ``NUMAText/events``.
    let eventLabels: [LabelSet]
    let totalLabels: LabelSet
    let freeLabels: LabelSet

    init(_ node: NumberedEntry) {
        pages = node.path / "numastat"
        memory = node.path / "meminfo"
        eventLabels = NUMAText.events.map { ["node": node.label, "event": $0.label] }
        totalLabels = ["node": node.label, "kind": "total"]
        freeLabels = ["node": node.label, "kind": "free"]
    }
}

/// What stands in a memory node's files.
enum NUMAText {
    struct Memory: Equatable {
        let totalBytes: UInt64
        let freeBytes: UInt64
    }

    /// The kernel's names, and ours.
    static let events: [(name: String, label: String)] = [
        ("numa_hit", "hit"), ("numa_miss", "miss"), ("numa_foreign", "foreign"),
        ("interleave_hit", "interleave_hit"), ("local_node", "local"), ("other_node", "other"),
    ]

    /// Lines like `numa_hit 4711`: the count of each of ``events``, nil for those that are missing. nil altogether
    /// when a line is anything else, or none is known.
    static func counts(_ content: [UInt8]) -> [UInt64?]? {
        guard var table = TableScanner(content) else { return nil }
        var counts = [UInt64?](repeating: nil, count: events.count)
        repeat {
            guard let name = table.word(), let count = table.number(), table.isAtLineEnd else { return nil }
            guard let place = events.firstIndex(where: { $0.name == name }) else { continue }
            guard counts[place] == nil else { return nil }
            counts[place] = count
        } while table.nextLine()
        return counts.contains { $0 != nil } ? counts : nil
    }

    /// More than any host has, and exact as a Double: 8 EiB of kilobytes would not be.
    private static let kilobytesMax: UInt64 = 1 << 42

    /// Lines like `Node 0 MemTotal:  65842340 kB`.
    static func memory(_ content: [UInt8]) -> Memory? {
        guard var table = TableScanner(content) else { return nil }
        var total: UInt64?
        var free: UInt64?
        repeat {
            guard table.word() == "Node", table.number() != nil, let name = table.word() else { return nil }
            guard name == "MemTotal:" || name == "MemFree:" else { continue }
            guard let kilobytes = table.number(), kilobytes <= kilobytesMax, table.word() == "kB" else { return nil }
            if name == "MemTotal:" { total = kilobytes * 1_024 } else { free = kilobytes * 1_024 }
        } while table.nextLine()
        guard let total, let free, free <= total else { return nil }
        return Memory(totalBytes: total, freeBytes: free)
    }
}
