/// Memory of GPUs that fails.
enum GPUErrorCheck: HostCheck {
    static let id = "gpu_memory_errors"
    static let title = "GPU memory errors"

    static func examine(_ examination: inout Examination) {
        var failed = GPUTally()
        var pending = GPUTally()
        var uncorrected = GPUTally()
        var known = 0
        for (gpu, readings) in examination.readings() {
            let ecc = readings.ecc
            if ecc.remapFailed != nil || ecc.retiredPagesPending != nil || ecc.uncorrectedErrors != nil { known += 1 }
            if ecc.remapFailed == 1 { failed.add(gpu, "a row could not be remapped") }
            if ecc.remapPending == 1 { pending.add(gpu, "rows wait to be remapped") }
            if ecc.retiredPagesPending == 1 { pending.add(gpu, "pages wait to be retired") }
            if let errors = ecc.uncorrectedErrors, errors > 0 {
                uncorrected.add(
                    gpu, "\(Int64(exactly: errors.rounded()) ?? .max) uncorrected errors since the driver was loaded")
            }
        }
        examination.find(
            .critical, failed, { "the memory of \($0) is failing" },
            why: "its spare rows are used up: the next error ends what runs there",
            remedy: { _ in ["take it out of service and have it replaced"] })
        examination.find(
            .warning, pending, { "\($0) must be reset to put broken memory out of use" },
            why: "until then the same memory can fail again, which ends what runs there",
            remedy: { ["sudo nvidia-smi -i \($0.option) --gpu-reset    # with nothing running on it"] })
        examination.find(
            .warning, uncorrected, { "\($0) had memory errors that could not be corrected" },
            why: "each ended a process, whose restart users saw as an outage",
            remedy: { _ in ["nvidia-smi -q -d ECC,ROW_REMAPPER"] })
        if examination.findings.isEmpty, known > 0 { examination.isGood("none") }
    }
}
