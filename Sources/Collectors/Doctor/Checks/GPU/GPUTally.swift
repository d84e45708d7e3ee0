import Platform

/// The GPUs of which one thing is true: a host has eight that are set up alike, and one finding says it of all.
struct GPUTally {
    private(set) var indices: [Int] = []
    private(set) var evidence: [String] = []

    var isEmpty: Bool { indices.isEmpty }

    /// `GPU 3`, `GPUs 0-7`.
    var name: String { "GPU\(indices.count == 1 ? "" : "s") \(CPUList.text(indices))" }

    /// The same for `nvidia-smi -i`, which takes a list and no ranges.
    var option: String { indices.map(String.init).joined(separator: ",") }

    mutating func add(_ gpu: Int, _ seen: String) {
        indices.append(gpu)
        evidence.append("GPU \(gpu): \(seen)")
    }
}

extension Examination {
    /// What each GPU that answers says; where there is none, why.
    mutating func readings() -> [(gpu: Int, readings: GPUReadings)] {
        let all = host.gpus.devices.compactMap { device in device.readings.map { (device.index, $0) } }
        guard all.isEmpty else { return all }
        let driver = host.gpus.driver
        switch driver.state {
        case .off: isSkipped(GPUDriverCheck.off)
        case .libraryMissing where !driver.isExpected: doesNotApply("no NVIDIA driver on this host")
        case .ok where host.gpus.devices.isEmpty: doesNotApply("no GPU")
        default: doNotKnow("no GPU could be asked")
        }
        return []
    }

    /// A finding about all GPUs of `tally`, unless there is none.
    mutating func find(
        _ severity: FindingSeverity, _ tally: GPUTally, _ title: (String) -> String, why: String,
        remedy: (GPUTally) -> [String]
    ) {
        guard !tally.isEmpty else { return }
        find(severity, title(tally.name), evidence: tally.evidence, why: why, remedy: remedy(tally))
    }
}
