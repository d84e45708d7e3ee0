import Platform

/// Whether several processes share a GPU, and how.
enum GPUSharingCheck: HostCheck {
    static let id = "gpu_sharing"
    static let title = "GPU sharing"

    static func examine(_ examination: inout Examination) {
        var divided = GPUTally()
        var turns = GPUTally()
        var together = GPUTally()
        let all = examination.readings()
        for (gpu, readings) in all {
            if readings.mig.isEnabled == true {
                divided.add(gpu, "MIG with \(CheckText.count(readings.mig.instances.count, "instance"))")
                continue
            }
            let users = readings.processes.all.filter { $0.kinds.contains(.compute) || $0.kinds.contains(.mps) }
            let pids = Set(users.map(\.pid))
            guard pids.count > 1 else { continue }
            let seen = "processes \(pids.sorted().map(String.init).joined(separator: ", "))"
            if users.contains(where: { $0.kinds.contains(.mps) }) {
                together.add(gpu, seen)
            } else {
                turns.add(gpu, seen)
            }
        }
        examination.find(
            .warning, turns, { "several processes take turns on \($0)" },
            why: "while one has its time slice the others wait, some milliseconds each time",
            remedy: { _ in ["one service a GPU; or MPS (nvidia-cuda-mps-control -d), or MIG where the GPU has it"] })
        examination.find(
            .info, together, { "several processes share \($0) by MPS" },
            why: "they compete for compute units and memory bandwidth: the load of one is the latency of the others",
            remedy: { _ in [] })
        examination.find(
            .info, divided, { "\($0) is divided by MIG" },
            why: "instances have compute units and memory of their own; power and PCIe are shared",
            remedy: { _ in [] })
        if examination.findings.isEmpty, all.contains(where: { !$0.readings.processes.counts.isEmpty }) {
            examination.isGood("at most one process on each")
        }
    }
}
