import Platform

/// A process whose latency matters: it uses a GPU, or the configuration watches it.
struct ExaminedProcess {
    let pid: Int32
    /// The name that it is watched by, else the kernel's.
    let name: String
    /// The GPUs that it uses, ascending.
    let gpus: [Int]
    /// nil where it could not be read.
    let membership: CgroupMembership?

    /// The most that are looked at.
    static let countMax = 256

    /// The systemd service that it runs in, quoted for a shell; nil where it runs in none of the host's own.
    var service: String? {
        let units = (membership?.paths ?? [:]).values.sorted().map { Cgroup.unit(of: $0) }
        return units.compactMap(\.self).first { $0.hasSuffix(".service") || $0.hasSuffix(".service'") }
    }

    /// As people know it.
    var title: String { "\(name) (\(pid))" }
    /// Its folder in `/proc`.
    var folder: HostPath { .procfs("\(pid)") }
    /// `GPU 0`, `GPUs 0-3`; nil where it uses none.
    var gpuTitle: String? {
        gpus.isEmpty ? nil : "GPU\(gpus.count == 1 ? "" : "s") \(CPUList.text(gpus))"
    }
}

extension Examination {
    /// Those that are there, by their number. A process that ended meanwhile is left out.
    mutating func processes() -> [ExaminedProcess] {
        var gpus: [Int32: Set<Int>] = [:]
        for device in host.gpus.devices {
            for process in device.readings?.processes.all ?? [] {
                guard let pid = Int32(exactly: process.pid), pid > 0 else { continue }
                gpus[pid, default: []].insert(device.index)
            }
        }
        let names = Dictionary(host.watch.watched.processes.map { ($0.pid, $0.name) }) { first, _ in first }
        let pids = Set(gpus.keys).union(names.keys).sorted()
        if pids.count > ExaminedProcess.countMax {
            doNotKnow("there are \(pids.count) processes; \(ExaminedProcess.countMax) of them were looked at")
        }
        return pids.prefix(ExaminedProcess.countMax).compactMap { pid in
            process(pid, names[pid], gpus[pid, default: []].sorted())
        }
    }

    private mutating func process(_ pid: Int32, _ name: String?, _ gpus: [Int]) -> ExaminedProcess? {
        let folder = HostPath.procfs("\(pid)")
        let comm = read(folder / "comm", CheckText.line)
        let membership = read(folder / "cgroup", CgroupMembership.init)
        // The driver names processes of other namespaces, too.
        guard comm != nil || isThere(folder) else { return nil }
        return ExaminedProcess(pid: pid, name: name ?? comm ?? "process", gpus: gpus, membership: membership)
    }

    /// Whether there is such a folder, readable or not.
    private func isThere(_ folder: HostPath) -> Bool {
        do {
            _ = try host.files.list(folder)
            return true
        } catch {
            return error != .absent
        }
    }

    /// The CPUs that a process may use; nil where it is gone.
    mutating func allowedCPUs(of process: ExaminedProcess) -> Set<Int>? {
        read(process.folder / "status") { status in
            ProcessText.value(of: "Cpus_allowed_list:", in: status).flatMap { CPUList.ids($0) }
        }
    }
}
