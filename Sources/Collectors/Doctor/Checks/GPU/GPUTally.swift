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
        switch host.gpus.driver.state {
        case _ where isDriverSilent: doNotKnow("no GPU could be asked")
        case .off: isSkipped(GPUDriverCheck.off)
        case .ok: doesNotApply("no GPU")
        default: doesNotApply("no NVIDIA driver on this host")
        }
        return []
    }

    /// Whether there may be GPUs though none says anything.
    var isDriverSilent: Bool {
        let gpus = host.gpus
        guard gpus.devices.allSatisfy({ $0.readings == nil }) else { return false }
        return switch gpus.driver.state {
        case .off: false
        case .libraryMissing: gpus.driver.isExpected
        case .ok: !gpus.devices.isEmpty
        default: true
        }
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
