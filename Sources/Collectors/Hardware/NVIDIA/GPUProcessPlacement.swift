import Platform

/// How far from a GPU the processes that use it may run.
struct GPUProcessPlacement {
    /// The most processes whose CPUs are read in one pass, of all GPUs together.
    static let processesMax = 256

    private static let online = HostPath.sysfs("devices/system/cpu/online")

    /// nil where the kernel does not tell.
    private var online = Discovery<CPUSet?>()
    /// The CPUs that processes may run on, as read in this pass; nil for what is not known.
    private var allowed: [UInt32: CPUSet?] = [:]

    mutating func begin() {
        if !allowed.isEmpty { allowed.removeAll(keepingCapacity: true) }
    }

    /// The share of the CPUs that each process may run on that are not near its GPU, by pid. Absent where the driver
    /// does not say which CPUs are near, and for a process that is not seen from here.
    mutating func remoteShares(
        _ readings: GPUReadings, _ sampling: inout Sampling
    ) throws(CollectorError) -> [(pid: UInt32, ratio: Double)] {
        guard let cpus = readings.locality.cpus, !cpus.isEmpty, !readings.processes.all.isEmpty else { return [] }
        let online = try online(&sampling) { sampling throws(CollectorError) in
            sampling.read(Self.online, unless: [.absent]) { content in
                CPUList(content.prefix { $0 != UInt8(ascii: "\n") })?.cpus
            }
        }
        // A mask may name CPUs that there are not.
        guard let online else { return [] }
        let near = CPUSet(cpus).intersection(online)
        guard !near.isEmpty else { return [] }
        var shares: [(pid: UInt32, ratio: Double)] = []
        for process in readings.processes.all where process.pid != shares.last?.pid {
            guard let own = allowedCPUs(of: process.pid, &sampling)?.intersection(online), !own.isEmpty else {
                continue
            }
            shares.append((process.pid, Double(own.count - own.intersection(near).count) / Double(own.count)))
        }
        return shares
    }

    /// nil as well when too many were asked for.
    private mutating func allowedCPUs(of pid: UInt32, _ sampling: inout Sampling) -> CPUSet? {
        if let known = allowed[pid] { return known }
        guard allowed.count < Self.processesMax else { return nil }
        let status = HostPath.procfs(String(pid)) / "status"
        let cpus = sampling.readOnce(status, unless: [.absent], ProcessText.memory)?.cpus?.cpus
        allowed[pid] = .some(cpus)
        return cpus
    }
}
