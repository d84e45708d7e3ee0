import Platform

/// GPUs that slow down because of heat, or are about to.
enum GPUHeatCheck: HostCheck {
    static let id = "gpu_thermal"
    static let title = "GPU temperatures"

    static let headroomCelsius = 5.0
    /// Clock-event reasons: slowed by software because of heat, by the hardware because of heat.
    private static let heat: UInt64 = 0x20 | 0x40

    static func examine(_ examination: inout Examination) {
        var hot = GPUTally()
        var warm = GPUTally()
        var coolest: Double?
        for (gpu, readings) in examination.readings() {
            let margin = margin(readings.temperature)
            let seen =
                [
                    readings.temperature.gpu.map { "\(CheckText.tenths($0)) °C" },
                    margin.map { "\(CheckText.tenths($0)) °C left" },
                ]
                .compactMap { $0 }.joined(separator: ", ")
            if readings.clockReasons.map({ $0 & heat != 0 }) == true || (margin ?? 1) <= 0 {
                hot.add(gpu, seen.isEmpty ? "slowed by heat" : seen)
            } else if let margin, margin < headroomCelsius {
                warm.add(gpu, seen)
            } else if let margin {
                coolest = min(coolest ?? margin, margin)
            }
        }
        let remedy = { (_: GPUTally) in
            ["look after fans, filters and the temperature of the room", "nvidia-smi -q -d TEMPERATURE"]
        }
        examination.find(
            .critical, hot, { "\($0) is slowed down by heat" },
            why: "clocks fall and rise with the temperature, and each step of the model with them", remedy: remedy)
        examination.find(
            .warning, warm, { "\($0) is about to be slowed down by heat" },
            why: "a little more load, and clocks fall and rise with the temperature", remedy: remedy)
        if examination.findings.isEmpty, let coolest {
            examination.isGood("at least \(CheckText.tenths(coolest)) °C left")
        }
    }

    private static func margin(_ temperature: GPUTemperature) -> Double? {
        if let margin = temperature.margin { return margin }
        guard let now = temperature.gpu, let limit = temperature.thresholds[.slowdown], limit > 0 else { return nil }
        return limit - now
    }
}
