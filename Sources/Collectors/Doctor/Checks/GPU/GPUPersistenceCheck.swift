/// Whether the driver stays loaded while nobody uses a GPU.
enum GPUPersistenceCheck: HostCheck {
    static let id = "gpu_persistence"
    static let title = "GPU persistence mode"

    static func examine(_ examination: inout Examination) {
        var off = GPUTally()
        var known = 0
        for (gpu, readings) in examination.readings() {
            guard let isPersistent = readings.isPersistent else { continue }
            known += 1
            if !isPersistent { off.add(gpu, "persistence mode is off") }
        }
        examination.find(
            .warning, off, { "persistence mode of \($0) is off" },
            why:
                "when the last process ends the GPU is shut down, and the next one waits seconds for it; its settings are lost",
            remedy: { _ in ["sudo systemctl enable --now nvidia-persistenced    # or: sudo nvidia-smi -pm 1"] })
        if known > 0, off.isEmpty { examination.isGood("on") }
    }
}
