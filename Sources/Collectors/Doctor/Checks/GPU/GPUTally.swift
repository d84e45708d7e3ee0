import Platform

/// The GPUs of which one thing is true: a host has eight that are set up alike, and one finding says it of all.
struct GPUTally {
    private(set) var indices: [Int] = []
    private(set) var evidence: [String] = []

    var isEmpty: Bool { indices.isEmpty }

    /// `GPU 3`, `GPUs 0-7`.
    var name: String { "GPU\(indices.count == 1 ? "" : "s") \(CheckText.list(indices))" }

    /// The same for `nvidia-smi -i`, which takes a list and no ranges.
    var option: String { indices.map(String.init).joined(separator: ",") }

    mutating func add(_ gpu: Int, _ seen: String) {
        indices.append(gpu)
        evidence.append("GPU \(gpu): \(seen)")
    }
}

extension Examination {
    /// What each GPU that answers says; the check does not apply where there is none.
    mutating func readings() -> [(gpu: Int, readings: GPUReadings)] {
        let all = host.gpus.devices.compactMap { device in device.readings.map { (device.index, $0) } }
        if all.isEmpty { doesNotApply("no GPU that answers") }
        return all
    }

    /// A finding about all GPUs of `tally`, unless there is none.
    mutating func find(
        _ severity: FindingSeverity, _ tally: GPUTally, _ title: (String) -> String, why: String,
        remedy: (GPUTally) -> [String]
    ) {
        guard !tally.isEmpty else { return }
        find(severity, title(tally.name), evidence: tally.evidence, why: why, remedy: remedy(tally))
    }

    /// The CPUs that a process may use; nil where it is gone.
    mutating func allowedCPUs(of pid: UInt32) -> Set<Int>? {
        read(.procfs("\(pid)/status")) { status in
            let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
            return line?.split(separator: "\t").last.flatMap { CheckText.ids(String($0)) }
        }
    }
}
