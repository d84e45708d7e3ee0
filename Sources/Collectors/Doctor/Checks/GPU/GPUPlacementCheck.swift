import Platform

/// Whether processes run near the GPU that they use.
enum GPUPlacementCheck: HostCheck {
    static let id = "gpu_placement"
    static let title = "Processes near their GPU"

    static func examine(_ examination: inout Examination) {
        let online = examination.read(.sysfs("devices/system/cpu/online"), { CPUList.ids($0) }) ?? []
        var looked = 0
        let processes = examination.processes()
        for (gpu, readings) in examination.readings() {
            let near = Set(readings.locality.cpus ?? []).intersection(online)
            // Where all CPUs are near, as on hosts with one node, no place is wrong.
            guard !near.isEmpty, near != online else { continue }
            noteHidden(readings.processes.all.map(\.pid), gpu, processes, &examination)
            for process in processes where process.gpus.contains(gpu) {
                guard let allowed = examination.allowedCPUs(of: process)?.intersection(online) else { continue }
                looked += 1
                judge(process, allowed, gpu: gpu, near: near, &examination)
            }
        }
        if looked > 0, examination.findings.isEmpty {
            examination.isGood("each on the right CPUs")
        } else if looked == 0 {
            examination.doesNotApply("no process with a GPU that is nearer to some CPUs than to others")
        }
    }

    /// The driver names processes that this `/proc` does not show.
    private static func noteHidden(
        _ pids: [UInt32], _ gpu: Int, _ processes: [ExaminedProcess], _ examination: inout Examination
    ) {
        guard processes.count < ExaminedProcess.countMax else { return }
        let shown = Set(processes.map(\.pid))
        for pid in Set(pids).sorted() where Int32(exactly: pid).map({ !shown.contains($0) }) ?? true {
            examination.doNotKnow(
                "the process \(pid) on GPU \(gpu) is not in /proc: it has ended, is another container's, or /proc is mounted with hidepid; run in the host's PID namespace, as root"
            )
        }
    }

    private static func judge(
        _ process: ExaminedProcess, _ allowed: Set<Int>, gpu: Int, near: Set<Int>, _ examination: inout Examination
    ) {
        guard !allowed.isSubset(of: near) else { return }
        let isFar = allowed.isDisjoint(with: near)
        examination.find(
            isFar ? .warning : .info, "\(process.title) \(isFar ? "runs" : "may run") far from GPU \(gpu)",
            evidence: ["it may use the CPUs \(CPUList.text(allowed))", "near the GPU are \(CPUList.text(near))"],
            why: "every copy and every kernel launch goes through the link between the sockets, which others use, too",
            remedy: [
                "sudo taskset -acp \(CPUList.text(near)) \(process.pid)    # at once, but its memory stays where it is",
                "numactl --cpunodebind=N --membind=N …    # for the next start; CPUAffinity= and NUMAPolicy= in a unit",
            ])
    }
}
