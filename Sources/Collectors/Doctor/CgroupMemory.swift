import Platform

/// Where a version of cgroups says how much memory a group has, may have, and how often it wanted more.
///
/// Source: Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of the kernel.
struct CgroupMemory {
    struct Limit {
        let file: String
        /// What sets it in a systemd unit, which translates it for version 1.
        let property: String
        /// What happens there.
        let effect: String
        /// The line of ``CgroupMemory/reached`` that counts; nil where the file holds one number.
        let event: StaticString?
    }

    /// How often a group came to a limit.
    struct Reached {
        var everTimes: Double?
        /// During the check.
        var lately = 0.0

        var evidence: [String] {
            guard let everTimes, everTimes > 0 else { return [] }
            return ["reached it \(Int64(everTimes)) times since it began, \(Int64(lately)) of them during this check"]
        }
    }

    let hierarchy: CgroupHierarchy
    let limits: [Limit]
    private let usage: String
    /// In `memory.stat`: files that nobody used lately, with those of the groups below.
    private let droppable: StaticString
    /// The file that counts how often the group came to a limit.
    let reached: String

    /// Both versions, which a hybrid host has beside each other; memory is then in one of them only.
    static let all = [
        CgroupMemory(
            hierarchy: .unified,
            limits: [
                Limit(file: "memory.max", property: "MemoryMax", effect: "the kernel kills in it", event: "max"),
                Limit(file: "memory.high", property: "MemoryHigh", effect: "the kernel slows it down", event: "high"),
            ], usage: "memory.current", droppable: "inactive_file", reached: "memory.events"),
        CgroupMemory(
            hierarchy: .memory,
            limits: [
                Limit(
                    file: "memory.limit_in_bytes", property: "MemoryMax", effect: "the kernel kills in it", event: nil)
            ], usage: "memory.usage_in_bytes", droppable: "total_inactive_file", reached: "memory.failcnt"),
    ]

    /// Bytes that cannot be given back at once: without the files that nobody used lately.
    func workingSet(of group: Cgroup, _ examination: inout Examination) -> Double? {
        guard let current = examination.read(group.path / usage, CgroupText.count) else { return nil }
        let values = examination.read(group.path / "memory.stat") { CgroupText.values($0, of: [droppable]) }
        return max(0, current - (values?[0] ?? 0))
    }

    func reached(_ limit: Limit, _ group: Cgroup, _ examination: inout Examination) -> Reached {
        let path = group.path / reached
        func times(_ content: [UInt8]) -> Double? {
            guard let event = limit.event else { return CgroupText.count(content) }
            return CgroupText.values(content, of: [event]).map { $0[0] ?? 0 }
        }
        var reached = Reached(everTimes: examination.read(path, times))
        if let (before, now) = examination.readTwice(path, times) { reached.lately = max(0, now - before) }
        return reached
    }
}
