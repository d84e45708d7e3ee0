import Platform

/// Whether GPUs' clocks follow the load, are fixed, or are fixed too low.
enum GPUClockCheck: HostCheck {
    static let id = "gpu_clocks"
    static let title = "GPU clocks"

    /// Set clocks below this share of the default ones are meant to save power.
    static let share = 0.95

    static func examine(_ examination: inout Examination) {
        var slow = GPUTally()
        var free = GPUTally()
        var isFixed = false
        var highestMHz: Int?
        for (gpu, readings) in examination.readings() {
            let clock = readings[clock: .sm]
            if let set = clock.applicationHertz, let standard = clock.defaultApplicationHertz, set < standard * share {
                slow.add(gpu, "\(megahertz(set)), by default \(megahertz(standard))")
            } else if let isSet = readings.areClocksSet {
                if isSet {
                    isFixed = true
                } else {
                    free.add(gpu, clock.maxHertz.map { "follow the load, up to \(megahertz($0))" } ?? "follow the load")
                    highestMHz = clock.maxHertz.map { min(Int($0 / 1e6), highestMHz ?? .max) } ?? highestMHz
                }
            }
        }
        examination.find(
            .warning, slow, { "the clocks of \($0) are set below their default" },
            why: "all that it computes takes longer in proportion",
            remedy: { ["sudo nvidia-smi -i \($0.option) -rac"] })
        examination.find(
            .info, free, { "the clocks of \($0) are not locked" },
            why: "after a pause the first request runs at idle clocks, and takes a multiple of its time",
            remedy: { tally in
                ["sudo nvidia-smi -i \(tally.option) -lgc \(highestMHz.map(String.init) ?? "MHZ")    # undo with -rgc"]
            })
        if isFixed, examination.findings.isEmpty { examination.isGood("locked") }
    }

    private static func megahertz(_ hertz: Double) -> String { "\(Int(hertz / 1e6)) MHz" }
}
