/// PCIe links of GPUs that are narrower or slower than they could be.
enum GPULinkCheck: HostCheck {
    static let id = "gpu_pcie"
    static let title = "GPU PCIe links"

    /// A GPU that is used at least so much keeps its link at full speed; one that idles lets it slow down.
    static let busy = 0.10

    static func examine(_ examination: inout Examination) {
        var narrow = GPUTally()
        var slow = GPUTally()
        var resting = GPUTally()
        var known = 0
        for (gpu, readings) in examination.readings() {
            let link = readings.pcie
            guard let width = link.width, let widthMax = link.widthMax else { continue }
            known += 1
            if width < widthMax { narrow.add(gpu, "x\(Int(width)) of x\(Int(widthMax))") }
            guard let generation = link.generation, let generationMax = link.generationMax, generation < generationMax
            else { continue }
            let seen = "generation \(Int(generation)) of \(Int(generationMax))"
            if (readings.utilization?.mean ?? 0) >= busy { slow.add(gpu, seen) } else { resting.add(gpu, seen) }
        }
        examination.find(
            .warning, narrow, { "the PCIe link of \($0) is narrower than it could be" },
            why: "loading models, and every copy to and from the host, takes longer in proportion",
            remedy: { _ in
                ["sudo lspci -vv | grep -e NVIDIA -e LnkSta    # then seat the card anew, or use another slot"]
            })
        examination.find(
            .warning, slow, { "the PCIe link of \($0) is slower than it could be, under load" },
            why: "loading models, and every copy to and from the host, takes longer in proportion",
            remedy: { _ in
                ["sudo lspci -vv | grep -e NVIDIA -e LnkSta -e LnkCap    # the slot, or a setting of the firmware"]
            })
        examination.find(
            .info, resting, { "the PCIe link of \($0) rests" },
            why: "idle GPUs slow their link down; it must be at full speed under load, so look again then",
            remedy: { _ in [] })
        if known > 0, examination.findings.isEmpty { examination.isGood("full width and speed") }
    }
}
