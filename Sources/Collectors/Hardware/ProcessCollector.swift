import Platform
import Telemetry

/// Watched processes: what they use, what they wait for, and where they run and have their memory, from `/proc/PID`.
///
/// Source: Documentation/filesystems/proc.rst of the kernel.
struct ProcessCollector: Collector {
    static let id = "process"
    // It reads two files of many threads.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [
        cpu, runQueueWait, faults, switches, resident, threads, start, allowed, affinity, placement,
    ]

    private static let cpu = MetricDescriptor(
        .counter, "latencyd_process_cpu_seconds", unit: .seconds, help: "CPU time that a watched process used.")
    private static let runQueueWait = MetricDescriptor(
        .counter, "latencyd_process_runqueue_wait_seconds", unit: .seconds,
        help: "Time in which threads of a watched process could run and waited for a CPU, summed up over its threads.")
    private static let faults = MetricDescriptor(
        .counter, "latencyd_process_page_faults",
        help: "Page faults of a watched process; major ones waited for a disk.")
    private static let switches = MetricDescriptor(
        .counter, "latencyd_process_context_switches",
        help: "How often threads of a watched process gave up their CPU (voluntary) or lost it (involuntary).")
    private static let resident = MetricDescriptor(
        .gauge, "latencyd_process_resident_bytes", unit: .bytes, help: "Physical memory of a watched process.")
    private static let threads = MetricDescriptor(
        .gauge, "latencyd_process_threads", help: "Threads of a watched process.")
    private static let start = MetricDescriptor(
        .gauge, "latencyd_process_start_time_seconds", unit: .seconds,
        help: "When a watched process started, in seconds since 1970.")
    private static let allowed = MetricDescriptor(
        .gauge, "latencyd_process_cpus_allowed", help: "CPUs that a watched process' first thread may run on.")
    private static let affinity = MetricDescriptor(
        .gauge, "latencyd_process_affinity_info",
        help: "Always 1; the label lists the CPUs that a watched process' first thread may run on.")
    private static let placement = MetricDescriptor(
        .gauge, "latencyd_process_numa_bytes", unit: .bytes, help: "Memory of a watched process on a NUMA node.")

    private struct Found: Sendable {
        let processes: [WatchedProcess]
        let bootSeconds: Int64?
        /// On a host of one node there is no question where memory lies.
        let hasSeveralNodes: Bool
    }

    private static let nodes = HostPath.sysfs("devices/system/node")
    private static let hostStat = HostPath.procfs("stat")
    /// A line of a few digits for each interrupt, a line for each CPU.
    private static let hostStatBytesMax = 1_048_576

    private var found = WatchDiscovery<Found>()
    private var followed: [FollowedProcess] = []

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let found = try found(&sampling) { sampling, watched throws(CollectorError) in
            Found(
                processes: watched.processes, bootSeconds: Self.bootSeconds(&sampling, watched),
                hasSeveralNodes: !watched.processes.isEmpty
                    && sampling.entriesOrNone(in: Self.nodes, prefix: "node").count > 1)
        }
        if followed.map(\.process) != found.processes { follow(found.processes) }
        var budget = ThreadBudget(processes: followed.count)
        for index in followed.indices {
            budget.beginProcess()
            guard status(&followed[index], found.bootSeconds, &sampling) else { continue }
            memory(&followed[index], &sampling)
            threads(&followed[index], &budget, &sampling)
            if found.hasSeveralNodes { placement(&followed[index], &sampling) }
        }
    }

    private static func bootSeconds(_ sampling: inout Sampling, _ watched: Watched) -> Int64? {
        guard !watched.processes.isEmpty else { return nil }
        return sampling.read(
            hostStat, unless: [.absent], limitBytes: hostStatBytesMax, ProcessText.bootSeconds)
    }

    private mutating func follow(_ processes: [WatchedProcess]) {
        let before = Dictionary(followed.map { ($0.key, $0) }) { first, _ in first }
        followed = processes.map { process in
            let fresh = FollowedProcess(process)
            guard var known = before[fresh.key] else { return fresh }
            known.process = process
            return known
        }
    }

    /// False when the process has ended.
    private func status(
        _ process: inout FollowedProcess, _ bootSeconds: Int64?, _ sampling: inout Sampling
    ) -> Bool {
        guard let stat = sampling.read(process.stat, of: process.process.folder, ProcessText.status) else {
            // Where only this file fails, the others may be there all the same.
            return sampling.isThere(process.process.folder)
        }
        // Another process may have got the number.
        guard stat.startTicks == process.process.startTicks, !stat.hasEnded else { return false }
        let ticks = KernelNumbers.ticksPerSecond
        sampling.add(Self.cpu, process.userLabels, Double(stat.userTicks) / ticks)
        sampling.add(Self.cpu, process.systemLabels, Double(stat.systemTicks) / ticks)
        sampling.add(Self.faults, process.majorLabels, Double(stat.majorFaults))
        sampling.add(Self.faults, process.minorLabels, Double(stat.minorFaults))
        sampling.add(Self.threads, process.labels, Double(stat.threads))
        if let bootSeconds {
            sampling.add(Self.start, process.labels, Double(bootSeconds) + Double(stat.startTicks) / ticks)
        }
        return true
    }

    private func memory(_ process: inout FollowedProcess, _ sampling: inout Sampling) {
        process.residentBytes = nil
        guard let memory = sampling.read(process.status, of: process.process.folder, ProcessText.memory) else { return }
        process.residentBytes = memory.residentBytes
        if let bytes = memory.residentBytes { sampling.add(Self.resident, process.labels, Double(bytes)) }
        if let cpus = memory.cpus {
            sampling.add(Self.allowed, process.labels, Double(cpus.count))
            sampling.add(Self.affinity, process.affinityLabels(cpus), 1)
        }
    }

    // MARK: Threads

    private func threads(_ process: inout FollowedProcess, _ budget: inout ThreadBudget, _ sampling: inout Sampling) {
        let all = sampling.threads(in: process.tasks, of: process.process.folder)
        guard !all.isEmpty else { return }
        let read = Array(all.prefix(WatchLimits.threadsPerProcessMax))
        let isNew = process.turns.isFirst
        // A process that has no room is new in the next pass: half a beginning would look like a rise later.
        guard !isNew || read.count <= budget.newLeft else { return }
        let turn = process.turns.next(read, countMax: budget.share)
        budget.spend(turn.read.count, isNew: isNew)
        process.isLimited = read.count < all.count || (process.isLimited && turn.isCutShort)
        let isLimited = process.isLimited
        let times = sampling.readThreads(turn.read, in: process.tasks, "schedstat", ProcessText.scheduling)
        process.wait.forget(turn.ended)
        process.wait.take(
            times.values.mapValues(\.waitNanoseconds), failed: times.failed, isLimited: isLimited)
        // A kernel that does not account these times writes zeros for threads that ran.
        process.hasTimes = process.hasTimes || times.values.values.contains { $0.runNanoseconds > 0 }
        if process.wait.isWhole, process.hasTimes {
            sampling.add(Self.runQueueWait, process.labels, Double(process.wait.total) / 1e9)
        }
        let switches = sampling.readThreads(turn.read, in: process.tasks, "status", ProcessText.switches)
        process.voluntary.forget(turn.ended)
        process.voluntary.take(switches.values.mapValues(\.voluntary), failed: switches.failed, isLimited: isLimited)
        process.involuntary.forget(turn.ended)
        process.involuntary.take(
            switches.values.mapValues(\.involuntary), failed: switches.failed, isLimited: isLimited)
        if process.voluntary.isWhole {
            sampling.add(Self.switches, process.voluntaryLabels, Double(process.voluntary.total))
            sampling.add(Self.switches, process.involuntaryLabels, Double(process.involuntary.total))
        }
    }

    // MARK: NUMA

    /// To write this file the kernel walks over all the memory of the process, which may have to wait with its own
    /// mappings meanwhile: it is read once a minute, and not of a large process.
    private func placement(_ process: inout FollowedProcess, _ sampling: inout Sampling) {
        if sampling.looksAnew || process.placement == nil {
            let isSmall = process.residentBytes.map { $0 <= WatchLimits.numaMapsResidentBytesMax } ?? false
            process.placement = isSmall ? sampling.readPlacement(of: process) : []
        }
        for (labels, bytes) in process.placement ?? [] { sampling.add(Self.placement, labels, bytes) }
    }
}

extension Sampling {
    /// The threads of a process, ascending; none when it has ended.
    fileprivate mutating func threads(in folder: HostPath, of owner: HostPath) -> [Int32] {
        do {
            let names = try host.files.list(folder)
            return names.compactMap { KernelText.decimal($0.utf8, in: 1...Int64(Int32.max)).map { Int32($0) } }.sorted()
        } catch .absent where !isThere(owner) {
            return []
        } catch {
            count(.unreadable(folder, error))
            return []
        }
    }

    /// A value of each thread, and the threads whose file cannot be used. One that ended meanwhile is in neither.
    fileprivate mutating func readThreads<Value>(
        _ threads: [Int32], in folder: HostPath, _ name: String, _ parse: ([UInt8]) -> Value?
    ) -> (values: [Int32: Value], failed: [Int32]) {
        var values: [Int32: Value] = [:]
        var failed: [Int32] = []
        values.reserveCapacity(threads.count)
        for thread in threads {
            let before = errorCount
            // Threads come and go, and there are many of them: their files are not kept open.
            if let value = readOnce(folder / "\(thread)/\(name)", unless: [.absent], parse) {
                values[thread] = value
            } else if errorCount != before {
                failed.append(thread)
            }
        }
        return (values, failed)
    }

    /// Where the memory of a process is, empty when that is not known.
    fileprivate mutating func readPlacement(of process: FollowedProcess) -> [(labels: LabelSet, bytes: Double)] {
        let path = process.process.folder / "numa_maps"
        var bytes: [Int: Double] = [:]
        do {
            let content = try host.files.read(path, limitBytes: WatchLimits.numaMapsBytesMax, keepsOpen: false)
            if let read = NUMAMapsText.bytes(content) {
                bytes = read
            } else {
                count(.garbled(path, found: KernelText.excerpt(content)))
            }
        } catch .denied {
            tell(
                "numa_maps denied",
                "the NUMA placement of other users' processes cannot be read (see docs/permissions.md); "
                    + "latencyd_cgroup_numa_bytes has that of their cgroups")
        } catch .tooLong {
            tell("numa_maps too long", "the NUMA placement of a process with very many mappings is not read")
        } catch .absent {
            // The kernel knows no nodes, or the process has ended.
        } catch {
            count(.unreadable(path, error))
        }
        return bytes.sorted { $0.key < $1.key }.map { (process.nodeLabels($0.key), $0.value) }
    }
}
