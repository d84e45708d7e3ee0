import Collectors
import Platform

/// Eight GPUs as their driver would be seen: what turning a snapshot into samples costs, not what the driver does.
struct EightGPUs: GPUSource {
    func snapshot() -> GPUSnapshot {
        GPUSnapshot(
            driver: GPUDriverStatus(
                state: .ok, sinceSeconds: 10, driverVersion: "570.86.15", isExpected: true, events: .watching),
            devices: (0..<8).map(Self.device))
    }

    private static func device(_ index: Int) -> GPUDevice {
        GPUDevice(
            index: index,
            identity: GPUIdentity(
                uuid: "GPU-00000000-0000-0000-0000-00000000000\(index)", name: "NVIDIA H100 80GB HBM3",
                pciBusID: "00000000:\(index)7:00.0"),
            readings: readings, signals: GPUSignalSummary(counts: [.asked: 90]))
    }

    private static let readings: GPUReadings = {
        var readings = GPUReadings()
        readings.utilization = GPUUtilization(mean: 0.83, max: 1)
        readings.memoryUtilization = GPUUtilization(mean: 0.41, max: 0.6)
        for engine in GPUEngine.allCases { readings.engineUtilization[engine] = 0 }
        readings.memory = NVMLMemory(total: 80 << 30, free: 8 << 30, used: 71 << 30, reserved: 1 << 30)
        for clock in NVMLClock.allCases {
            readings[clock: clock].hertz = 1.98e9
            readings[clock: clock].maxHertz = 1.98e9
        }
        readings.clockReasons = 0x4
        for cause in GPUThrottleCause.allCases { readings.throttleSeconds[cause] = 1.5 }
        (readings.performanceState, readings.persistenceMode) = (0, 1)
        readings.temperature.gpu = 61
        readings.temperature.memory = 71
        readings.power.watts = 650
        readings.power.averageWatts = 640
        readings.power.limitWatts = 700
        readings.power.energyJoules = 123_456
        readings.ecc.correctedErrors = 0
        readings.ecc.uncorrectedErrors = 0
        readings.pcie.generation = 5
        readings.pcie.width = 16
        for link in 0..<18 {
            readings[link: link].state = 1
            for direction in NVMLDirection.allCases { readings[link: link].dataBytes[direction] = 3_000 }
            for error in GPULinkError.allCases { readings[link: link].errors[error] = 0 }
        }
        return readings
    }()
}
