import Platform

/// Whether processes run near the GPU that they use.
enum GPUPlacementCheck: HostCheck {
    static let id = "gpu_placement"
    static let title = "Processes near their GPU"

    static func examine(_ examination: inout Examination) {
        let online = examination.read(.sysfs("devices/system/cpu/online"), CheckText.ids) ?? []
        var looked = 0
        for (gpu, readings) in examination.readings() {
            let near = Set(readings.locality.cpus ?? []).intersection(online)
            // Where all CPUs are near, as on hosts with one node, no place is wrong.
            guard !near.isEmpty, near != online else { continue }
            for pid in Set(readings.processes.all.map(\.pid)).sorted() {
                guard let allowed = examination.allowedCPUs(of: pid)?.intersection(online) else { continue }
                looked += 1
                judge(pid, allowed, gpu: gpu, near: near, &examination)
            }
        }
        if looked > 0, examination.findings.isEmpty {
            examination.isGood("each on the right CPUs")
        } else if looked == 0 {
            examination.doesNotApply("no process with a GPU that is nearer to some CPUs than to others")
        }
    }

    private static func judge(
        _ pid: UInt32, _ allowed: Set<Int>, gpu: Int, near: Set<Int>, _ examination: inout Examination
    ) {
        guard !allowed.isSubset(of: near) else { return }
        let command = examination.read(.procfs("\(pid)/comm"), CheckText.line) ?? "process"
        let isFar = allowed.isDisjoint(with: near)
        examination.find(
            isFar ? .warning : .info,
            isFar ? "\(command) (\(pid)) runs far from GPU \(gpu)" : "\(command) (\(pid)) may run far from GPU \(gpu)",
            evidence: ["it may use the CPUs \(CheckText.list(allowed))", "near the GPU are \(CheckText.list(near))"],
            why: "every copy and every kernel launch goes through the link between the sockets, which others use, too",
            remedy: [
                "sudo taskset -acp \(CheckText.list(near)) \(pid)    # at once, but its memory stays where it is",
                "numactl --cpunodebind=N --membind=N …    # for the next start; CPUAffinity= and NUMAPolicy= in a unit",
            ])
    }
}
