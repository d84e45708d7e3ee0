import Platform

/// Whether the memory of the processes that matter lies near what uses it: their GPUs, else the CPUs that they may use.
///
/// Source: Documentation/admin-guide/mm/numa_memory_policy.rst of the kernel.
enum MemoryPlacementCheck: HostCheck {
    static let id = "memory_placement"
    static let title = "Memory near its users"

    /// Shares of the memory that lie on far nodes.
    static let warningShare = 0.50
    static let noteShare = 0.20
    /// Less than this on far nodes is libraries, which all processes share.
    static let farBytesMin = 268_435_456.0

    static func examine(_ examination: inout Examination) {
        let nodes = examination.memoryNodes()
        guard nodes.cpus.count > 1 else { return examination.doesNotApply("one memory node") }
        if examination.isDriverSilent { examination.doNotKnow("which processes use a GPU: no GPU could be asked") }
        var groups: [FarMemory] = []
        var judged = 0
        for process in examination.processes() {
            guard let home = examination.home(of: process, nodes) else { continue }
            let distant = Set(nodes.cpus.keys).subtracting(nodes.around(home.nodes))
            // Where all nodes are near, no place is wrong.
            guard !distant.isEmpty, let placement = examination.placement(of: process) else { continue }
            judged += 1
            guard let far = FarMemory(process, placement, home, distant) else { continue }
            if let place = groups.firstIndex(where: { $0.isLike(far) }) {
                groups[place].join(far)
            } else {
                groups.append(far)
            }
        }
        for group in groups { report(group, &examination) }
        if judged > 0, groups.isEmpty { examination.isGood("near") }
        if judged == 0 { examination.doesNotApply("no process that belongs to some nodes and not to others") }
    }

    private static func report(_ far: FarMemory, _ examination: inout Examination) {
        let part = far.severity == .warning ? "most" : "a part"
        let subject =
            far.pids.count == 1
            ? "\(far.name) (\(far.pids[0])) has \(part) of its memory"
            : "\(far.pids.count) processes \(far.name) have \(part) of their memory"
        let nodes = CPUList.text(far.home.nodes)
        let next =
            far.service.map {
                "sudo systemctl edit \($0)    # [Service] NUMAPolicy=bind NUMAMask=\(nodes), then restart it"
            }
            ?? "numactl --cpunodebind=\(nodes) --membind=\(nodes) …    # at its start; of a container: --cpuset-mems=\(nodes)"
        examination.find(
            far.severity, "\(subject) far from \(far.home.title)", evidence: far.evidence,
            why:
                "every access, and every copy to a GPU, goes through the link between the sockets, which others use, too",
            remedy: [
                next,
                "sudo migratepages \(far.pids.count == 1 ? "\(far.pids[0])" : "PID") \(CPUList.text(far.nodes)) \(nodes)"
                    + "    # at once, but it stands still meanwhile",
            ])
    }
}

/// Processes of one kind that have memory on far nodes: a model that runs on eight GPUs is one finding, or two.
private struct FarMemory {
    let name: String
    let severity: FindingSeverity
    let home: MemoryHome
    /// The systemd unit of one of them, quoted for a shell.
    let service: String?
    private(set) var pids: [Int32]
    private(set) var evidence: [String]
    /// Those that are far and have some of it.
    private(set) var nodes: Set<Int>

    /// nil where so little is far that it does not matter.
    init?(_ process: ExaminedProcess, _ placement: MemoryPlacement, _ home: MemoryHome, _ distant: Set<Int>) {
        let all = placement.bytes.values.reduce(0, +)
        let away = placement.bytes.filter { distant.contains($0.key) && $0.value > 0 }
        let bytes = away.values.reduce(0, +)
        guard bytes >= MemoryPlacementCheck.farBytesMin, bytes / all >= MemoryPlacementCheck.noteShare else {
            return nil
        }
        name = process.name
        severity = bytes / all >= MemoryPlacementCheck.warningShare ? .warning : .info
        self.home = home
        service = process.service
        pids = [process.pid]
        let owner = placement.group.map { "\(process.title), with all of the group \($0)" } ?? process.title
        evidence = [
            "\(owner): \(CheckText.percent(bytes / all)) of \(CheckText.size(all)) on \(MemoryHome.name(of: away.keys)); "
                + home.evidence
        ]
        nodes = Set(away.keys)
    }

    func isLike(_ other: FarMemory) -> Bool {
        name == other.name && severity == other.severity && home == other.home && service == other.service
    }

    mutating func join(_ other: FarMemory) {
        pids += other.pids
        evidence += other.evidence
        nodes.formUnion(other.nodes)
    }
}
