/// GPUs that get less power than they could use.
enum GPUPowerCheck: HostCheck {
    static let id = "gpu_power"
    static let title = "GPU power"

    /// A limit below this share of the default is meant.
    static let share = 0.99
    /// Clock-event reasons.
    private static let softwareCap: UInt64 = 0x4
    private static let hardwareSlowdown: UInt64 = 0x8
    private static let powerBrake: UInt64 = 0x80

    static func examine(_ examination: inout Examination) {
        var braked = GPUTally()
        var capped = GPUTally()
        var atLimit = GPUTally()
        var lowest: Double?
        let all = examination.readings()
        for (gpu, readings) in all {
            let reasons = readings.clockReasons ?? 0
            let limit = readings.power.limitWatts
            if let limit, let standard = readings.power.defaultLimitWatts, limit < standard * share {
                capped.add(gpu, "\(Int(limit)) W, by default \(Int(standard)) W")
                lowest = min(lowest ?? standard, standard)
            } else if reasons & softwareCap != 0 {
                atLimit.add(gpu, limit.map { "at its limit of \(Int($0)) W" } ?? "at its power limit")
            }
            if reasons & (powerBrake | hardwareSlowdown) != 0 {
                braked.add(gpu, reasons & powerBrake != 0 ? "power brake" : "hardware slowdown")
            }
        }
        examination.find(
            .critical, braked, { "\($0) is slowed down by its hardware" },
            why: "the power supply or the board demands it: clocks fall to a half or less at once",
            remedy: { _ in ["check power cables and supplies; nvidia-smi -q -d PERFORMANCE,POWER"] })
        examination.find(
            .warning, capped, { "the power of \($0) is capped below its default" },
            why: "under load clocks fall until the power fits, differently from step to step",
            remedy: { tally in ["sudo nvidia-smi -i \(tally.option) -pl \(Int(lowest ?? 0))"] })
        examination.find(
            .info, atLimit, { "\($0) runs at its power limit" },
            why:
                "clocks fall until the power fits, differently from step to step; lower fixed clocks would be steadier",
            remedy: { ["sudo nvidia-smi -i \($0.option) -lgc MHZ    # a clock that it holds under full load"] })
        if examination.findings.isEmpty, all.contains(where: { $0.readings.power.limitWatts != nil }) {
            examination.isGood("not limited")
        }
    }
}
