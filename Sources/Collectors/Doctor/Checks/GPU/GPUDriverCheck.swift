import Platform

/// Whether NVIDIA's driver and its GPUs answer.
enum GPUDriverCheck: HostCheck {
    static let id = "gpu_driver"
    static let title = "GPU driver"

    /// Why nobody asked.
    static let off = "the collector nvidia is off in the configuration"

    static func examine(_ examination: inout Examination) {
        let gpus = examination.host.gpus
        let status = gpus.driver
        let seen = status.message ?? "state: \(status.state.rawValue)"
        switch status.state {
        case .off: return examination.isSkipped(off)
        case .libraryMissing where !status.isExpected: return examination.doesNotApply("no NVIDIA driver on this host")
        case .ok: break
        case .hanging, .starting:
            examination.find(
                .critical, "the GPU driver does not answer",
                evidence: [status.hangingCall.map { "\($0.function) does not come back" } ?? seen],
                why: "whoever calls the driver now hangs as well: no process can begin to use a GPU",
                remedy: ["sudo dmesg | grep -e NVRM -e Xid    # what the driver said last; mostly only a reboot helps"])
        case .noPermission, .blocked: examination.doNotKnow(seen)
        case .libraryMissing, .libraryUnusable, .driverNotLoaded, .versionMismatch, .failing:
            examination.find(
                .critical, "the GPU driver cannot be used", evidence: [seen],
                why: "no process can begin to use a GPU", remedy: ["nvidia-smi; sudo dmesg | grep -e NVRM"])
        }
        for device in gpus.devices { check(device, &examination) }
        if status.state == .ok, examination.findings.isEmpty {
            examination.isGood(
                "\(CheckText.count(gpus.devices.count, "GPU")), driver \(status.driverVersion ?? "of an unknown version")"
            )
        }
    }

    private static func check(_ device: GPUDevice, _ examination: inout Examination) {
        switch device.condition {
        case .ok: break
        case .lost:
            examination.find(
                .critical, "GPU \(device.index) is lost", evidence: [device.message ?? "it does not answer any more"],
                why: "everything that ran on it has failed or hangs",
                remedy: ["sudo nvidia-smi -i \(device.index) --gpu-reset    # with nothing running on it; else reboot"])
        case .noPermission, .unavailable:
            examination.doNotKnow("GPU \(device.index): \(device.message ?? device.condition.rawValue)")
        }
        for xid in device.events.xids {
            examination.find(
                .warning, "GPU \(device.index) reports the error Xid \(xid.xid)",
                evidence: ["\(xid.count) times during this check"],
                why: "the driver resets what used the GPU, which fails or stalls",
                remedy: ["sudo dmesg | grep Xid"])
        }
    }
}
