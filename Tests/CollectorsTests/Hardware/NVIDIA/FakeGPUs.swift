import Collectors
import Platform
import Testing

/// A source of GPUs that always gives the same snapshot.
struct FakeGPUs: GPUSource, CustomTestStringConvertible {
    let name: String
    let taken: GPUSnapshot

    var testDescription: String { name }

    func snapshot() -> GPUSnapshot { taken }

    static let all = [
        FakeGPUs(name: "none", taken: GPUSnapshot()),
        FakeGPUs(name: "full", taken: GPUSnapshot(driver: driver(), devices: [full])),
        FakeGPUs(name: "divided", taken: GPUSnapshot(driver: driver(), devices: [divided])),
        FakeGPUs(name: "troubled", taken: troubled),
    ]

    /// What the host says about the processes of these GPUs.
    static var files: InMemoryHostFiles {
        var files = InMemoryHostFiles()
        files.write("0-67\n", to: .sysfs("devices/system/cpu/online"))
        for (pid, cpus) in [(42, "2-5"), (43, "64,66-67")] {
            files.write("Name:\tserver\nPid:\t\(pid)\nCpus_allowed_list:\t\(cpus)\n", to: .procfs("\(pid)/status"))
        }
        return files
    }

    static func driver(_ state: GPUDriverState = .ok) -> GPUDriverStatus {
        GPUDriverStatus(
            state: state, sinceSeconds: 10, driverVersion: "570.86.15", isExpected: true, events: .watching)
    }

    /// A GPU that has everything.
    static var full: GPUDevice {
        var device = GPUDevice(
            index: 0, identity: GPUIdentity(uuid: "GPU-1", name: "NVIDIA H100", pciBusID: "00000000:17:00.0"),
            readings: fullReadings,
            signals: GPUSignalSummary(counts: [.asked: 100, .denied: 1], denied: ["cpu_affinity"]))
        device.events = GPUEvents(
            xids: [GPUXid(xid: 48, count: 2, firstSeenSeconds: 1_700_000_000, lastSeenSeconds: 1_700_000_000)],
            counts: [.xid: 2, .clock: 40])
        return device
    }

    private static var fullReadings: GPUReadings {
        var readings = GPUReadings()
        readings.utilization = GPUUtilization(mean: 0.5, max: 0.75)
        readings.memoryUtilization = GPUUtilization(mean: 0.25, max: 0.5)
        for engine in GPUEngine.allCases { readings.engineUtilization[engine] = 0.125 }
        readings.memory = NVMLMemory(total: 80, free: 50, used: 29, reserved: 1)
        for clock in NVMLClock.allCases {
            readings[clock: clock].hertz = 1.5e9
            readings[clock: clock].maxHertz = 2e9
            readings[clock: clock].applicationHertz = 1.75e9
            readings[clock: clock].defaultApplicationHertz = 1.25e9
        }
        readings[clock: .sm].sampled = GPUExtremes(min: 1.2e9, max: 1.6e9)
        // Software power cap, and a bit that nobody knows.
        readings.clockReasons = 0x204
        for cause in GPUThrottleCause.allCases { readings.throttleSeconds[cause] = 1.5 }
        (readings.performanceState, readings.persistenceMode, readings.computeMode) = (2, 1, 3)
        fillHeat(&readings)
        fillLinks(&readings)
        fillWork(&readings)
        return readings
    }

    private static func fillHeat(_ readings: inout GPUReadings) {
        readings.temperature.gpu = 61
        readings.temperature.memory = 71
        readings.temperature.margin = 26
        readings.temperature.thresholds = [.slowdown: 92, .shutdown: 95]
        readings.temperature.limits = [.slowdown: -2]
        readings.power.watts = 350
        readings.power.averageWatts = 340
        readings.power.sampled = GPUExtremes(min: 300, max: 410)
        readings.power.limitWatts = 500
        readings.power.defaultLimitWatts = 700
        readings.power.minLimitWatts = 200
        readings.power.maxLimitWatts = 700
        readings.power.requestedLimitWatts = 500
        readings.power.energyJoules = 123_456
        readings.ecc.isEnabled = true
        readings.ecc.isPending = false
        readings.ecc.correctedErrors = 5
        readings.ecc.uncorrectedErrors = 1
        readings.ecc.correctedErrorsEver = 15
        readings.ecc.uncorrectedErrorsEver = 2
        readings.ecc.remappedRowsCorrectable = 2
        readings.ecc.remappedRowsUncorrectable = 1
        readings.ecc.remapPending = 0
        readings.ecc.remapFailed = 1
        readings.ecc.retiredPagesSingleBit = 3
        readings.ecc.retiredPagesDoubleBit = 4
        readings.ecc.retiredPagesPending = 1
    }

    private static func fillLinks(_ readings: inout GPUReadings) {
        readings.pcie.generation = 4
        readings.pcie.generationMax = 5
        readings.pcie.width = 8
        readings.pcie.widthMax = 16
        readings.pcie.replays = 3
        readings.pcie.recoveries = 6
        for error in GPUPCIeError.allCases { readings.pcie.errors[error] = 1 }
        readings[link: 10].state = 1
        readings[link: 2].state = 0
        for direction in NVMLDirection.allCases {
            readings.pcie.bytes[direction] = 1000
            readings.pcie.bytesPerSecond[direction] = 2000
            readings[link: 10].dataBytes[direction] = 3000
            readings[link: 10].rawBytes[direction] = 4000
            readings[link: 10].packets[direction] = 50
        }
        for error in GPULinkError.allCases { readings[link: 10].errors[error] = 1 }
        readings[link: 10].lowPower = 1
        readings[link: 10].recoveriesSucceeded = 7
        readings[link: 10].recoveriesFailed = 8
        readings[link: 10].recoveries = 15
        readings.linkECCErrors = 9
    }

    private static func fillWork(_ readings: inout GPUReadings) {
        readings.processes.all = [
            GPUProcess(pid: 42, kinds: [.compute], memoryBytes: 1 << 30), GPUProcess(pid: 43, kinds: [.mps]),
        ]
        readings.processes.counts = [.compute: 1, .graphics: 0, .mps: 1]
        readings.processes.utilization = [
            42: GPUProcessUtilization(sm: 0.5, memory: 0.25, encoder: 0, decoder: 0)
        ]
        readings.performance = performance
        readings.mig.isEnabled = false
        readings.mig.isPending = true
        readings.locality.numaNode = 1
        readings.locality.interrupt = 211
        readings.locality.cpus = [0, 1, 2, 3, 64, 66, 67]
    }

    private static var performance: GPUPerformance {
        GPUPerformance(
            activity: Dictionary(uniqueKeysWithValues: GPUActivity.allCases.map { ($0, 0.5) }),
            pcieBytesPerSecond: [.transmit: 1, .receive: 2], nvlinkBytesPerSecond: [.transmit: 3, .receive: 4])
    }

    /// A GPU in MIG mode: utilisation is not to be had.
    static var divided: GPUDevice {
        var device = GPUDevice(index: 3, identity: GPUIdentity(uuid: "GPU-2"), readings: GPUReadings())
        device.readings?.mig.isEnabled = true
        device.readings?.mig.instances = [
            GPUMIGInstance(
                instance: GPUInstance(gpuInstance: 1, computeInstance: 0), uuid: "MIG-1",
                memory: NVMLMemory(total: 40, free: 30, used: 10), multiprocessors: 60, performance: performance),
            GPUMIGInstance(instance: GPUInstance(gpuInstance: 9, computeInstance: 2), uuid: "MIG-2"),
        ]
        device.readings?.processes.all = [
            GPUProcess(
                pid: 51, instance: GPUInstance(gpuInstance: 9, computeInstance: 2), kinds: [.compute], memoryBytes: 7)
        ]
        device.events.xids = [
            GPUXid(
                xid: 43, instance: GPUInstance(gpuInstance: 1, computeInstance: 0), count: 1, firstSeenSeconds: 5,
                lastSeenSeconds: 5)
        ]
        return device
    }

    /// The driver hangs; one GPU is lost, one may not be asked.
    static var troubled: GPUSnapshot {
        var driver = driver(.hanging)
        driver.hangingCall = GPUHangingCall(
            function: "nvmlDeviceGetPowerUsage", gpu: 0, sinceSeconds: 10, lastedSeconds: 61)
        return GPUSnapshot(
            driver: driver,
            devices: [
                GPUDevice(index: 0, condition: .lost, identity: GPUIdentity(uuid: "GPU-3")),
                GPUDevice(index: 1, condition: .noPermission),
            ])
    }
}
