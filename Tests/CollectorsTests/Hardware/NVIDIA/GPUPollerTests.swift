import Platform
import Testing

@testable import Collectors

@Suite("A pass over the GPUs")
struct GPUPollerTests {
    private func poller(_ nvml: FakeNVML) throws -> GPUPoller {
        var poller = GPUPoller(nvml: nvml, watch: GPUCallWatch(clock: { 0 }))
        try poller.list(at: 0)
        return poller
    }

    private func reading(_ script: FakeNVML.Script) throws -> GPUReadings {
        var poller = try poller(FakeNVML(script))
        try poller.pass(at: 0, intervalSeconds: 1)
        return try #require(poller.devices[0].readings)
    }

    @Test("reads in base units, each signal in the first way that the GPU knows")
    func units() throws {
        var script = FakeNVML.Script()
        script.fields = [
            NVMLField(186): .success(352_500), NVMLField(74): .success(1.5e9), NVMLField(82): .failure(.notSupported),
            NVMLField(185): .failure(.noPermission),
        ]
        script.numbers = [
            .clock(.sm): 1980, .energy: 123_456, .temperatureBefore: 61, .enforcedPowerLimit: 700_000,
            .encoderUtilization: 12, .performanceState: 32, .pcieThroughput(.receive): 1500,
        ]
        script.pairs = [.utilization: [70, 33], .eccMode: [1, 0], .powerLimits: [200_000, 700_000]]
        script.memory = [.v1: NVMLMemory(total: 80, free: 50, used: 30)]
        script.masks = [.throttleReasons: 0x5]
        let readings = try reading(script)
        #expect(readings.power.watts == 352.5)
        #expect(readings.power.averageWatts == nil)
        #expect(readings.throttleSeconds == [.power: 1.5])
        #expect(readings.clocks[.sm]?.hertz == 1.98e9)
        #expect(readings.power.energyJoules == 123.456)
        #expect(readings.temperature.gpu == 61)
        #expect(readings.power.limitWatts == 700)
        #expect(readings.power.maxLimitWatts == 700)
        #expect(readings.engineUtilization == [.encoder: 0.12])
        // 32 stands for "not known".
        #expect(readings.performanceState == nil)
        #expect(readings.pcie.bytesPerSecond == [.receive: 1_500_000])
        #expect(readings.utilization == GPUUtilization(mean: 0.7))
        #expect(readings.memoryUtilization == GPUUtilization(mean: 0.33))
        #expect(readings.memory == NVMLMemory(total: 80, free: 50, used: 30))
        #expect(readings.clockReasons == 5)
        #expect(readings.ecc.isEnabled == true && readings.ecc.isPending == false)
        #expect(readings.locality.cpus == [0, 1])
    }

    @Test("sums up what the driver sampled since the last one, and keeps it for a moment when nothing is new")
    func samples() throws {
        let nvml = FakeNVML()
        func put(_ values: [(UInt64, Double)]) {
            nvml.change { script in
                script.samples[.gpuUtilization] = values.map { NVMLSample(timestamp: $0.0, value: $0.1) }
            }
        }
        put([(1, 60), (2, 80)])
        var poller = try poller(nvml)
        func utilization(at now: Double) throws -> GPUUtilization? {
            try poller.pass(at: now, intervalSeconds: 1)
            return poller.devices[0].readings?.utilization
        }
        #expect(try utilization(at: 0) == GPUUtilization(mean: 0.7, max: 0.8))
        put([(2, 80), (3, 10), (4, 20)])
        #expect(try utilization(at: 1) == GPUUtilization(mean: 0.15, max: 0.2))
        #expect(try utilization(at: 2) == GPUUtilization(mean: 0.15, max: 0.2))
        #expect(try utilization(at: 4) == nil)
        // 255 is no percentage.
        put([(5, 255)])
        #expect(try utilization(at: 8) == nil)
    }

    @Test("a lost GPU is not asked any more, the others are", arguments: [NVMLReturn.gpuIsLost, .resetRequired])
    func lost(code: NVMLReturn) throws {
        var script = FakeNVML.Script(deviceCount: 2)
        script.numbers = [.energy: 1000]
        script.fields = [NVMLField(186): .success(1000)]
        let nvml = FakeNVML(script)
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        nvml.change { $0.failures["nvmlDeviceGetFieldValues 0"] = code }
        try poller.pass(at: 1, intervalSeconds: 1)
        #expect(poller.devices.map(\.condition) == [.lost, .ok])
        #expect(poller.devices[0].readings == nil)
        #expect(poller.devices[0].identity.uuid == "uuid-0")
        #expect(poller.devices[1].readings?.power.watts == 1)
        #expect(poller.takeNotes().contains { $0.level == .warning && $0.message.contains("GPU 0 (name-0): lost") })
        let asked = nvml.calls.count { $0.hasSuffix(" 0") }
        let askedOther = nvml.calls.count { $0.hasSuffix(" 1") }
        for second in 2..<100 { try poller.pass(at: Double(second), intervalSeconds: 1) }
        #expect(nvml.calls.count { $0.hasSuffix(" 0") } == asked)
        #expect(nvml.calls.count { $0.hasSuffix(" 1") } > askedOther)
        #expect(poller.takeNotes().isEmpty)
    }

    @Test(
        "a driver that goes away, or does not fit its library, ends the pass",
        arguments: [NVMLReturn.uninitialized, .driverNotLoaded, .libraryDriverMismatch])
    func driverGone(code: NVMLReturn) throws {
        let nvml = FakeNVML()
        var poller = try poller(nvml)
        nvml.change { $0.failures["nvmlDeviceGetTemperatureV"] = code }
        #expect(throws: GPUPassFailure(function: "nvmlDeviceGetTemperatureV", code: code)) {
            try poller.pass(at: 0, intervalSeconds: 1)
        }
        // Nothing is asked after it.
        #expect(nvml.calls.last == "nvmlDeviceGetTemperatureV 0")
    }

    @Test("a GPU that may not be opened has a condition, and is tried again after a minute")
    func noPermission() throws {
        let nvml = FakeNVML(FakeNVML.Script(deviceCount: 2))
        nvml.change { $0.failures["nvmlDeviceGetHandleByIndex 1"] = .noPermission }
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        #expect(poller.devices.map(\.condition) == [.ok, .noPermission])
        #expect(poller.takeNotes().count { $0.message.contains("no_permission") } == 1)
        nvml.change { $0.failures = [:] }
        try poller.pass(at: 59, intervalSeconds: 1)
        #expect(poller.devices[1].condition == .noPermission)
        try poller.pass(at: 60, intervalSeconds: 1)
        #expect(poller.devices.map(\.condition) == [.ok, .ok])
    }

    @Test("what a GPU lacks is told in one line, and not asked for again")
    func toldOnce() throws {
        let nvml = FakeNVML()
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        let notes = poller.takeNotes()
        #expect(notes.count == 1)
        #expect(notes.first?.message.contains("does not have: application_clock_graphics, ") == true)
        try poller.pass(at: 1, intervalSeconds: 1)
        #expect(nvml.count("nvmlDeviceGetPowerUsage 0") == 1)
        #expect(poller.takeNotes().isEmpty)
    }

    @Test("a driver that refuses all fields for one is asked for each alone")
    func refusedFields() throws {
        var script = FakeNVML.Script()
        script.fields = [NVMLField(186): .success(352_500)]
        script.refusesUnknownFields = true
        let readings = try reading(script)
        #expect(readings.power.watts == 352.5)
        #expect(readings.power.averageWatts == nil)
    }

    @Test("processes stand once however many lists name them, with the largest memory said")
    func processes() throws {
        var script = FakeNVML.Script()
        script.processes[.v2] = [
            .compute: [NVMLProcess(pid: 9, memoryBytes: 100), NVMLProcess(pid: 7, memoryBytes: nil)],
            .graphics: [NVMLProcess(pid: 9, memoryBytes: 120)],
        ]
        script.shares = [
            NVMLProcessUtilization(pid: 9, timestamp: 5, sm: 40, memory: 10, encoder: 0, decoder: 2),
            NVMLProcessUtilization(pid: 9, timestamp: 6, sm: 60, memory: 30, encoder: 0, decoder: 4),
        ]
        let processes = try reading(script).processes
        #expect(
            processes.all == [
                GPUProcess(pid: 7, kinds: [.compute]),
                GPUProcess(pid: 9, kinds: [.compute, .graphics], memoryBytes: 120),
            ])
        #expect(processes.counts == [.compute: 2, .graphics: 1])
        #expect(
            processes.utilization == [9: GPUProcessUtilization(sm: 0.5, memory: 0.2, encoder: 0, decoder: 0.03)])
    }

    @Test("links that are down are not asked for their counters")
    func links() throws {
        var script = FakeNVML.Script()
        script.fields = [
            GPUSignalTable.linkCount: .success(2), NVMLField(138, scope: 0): .success(3),
            NVMLField(138, scope: 1): .success(4), NVMLField(202, scope: 0): .success(5),
        ]
        script.numbers = [
            .nvLinkState(link: 0): 1, .nvLinkState(link: 1): 0, .nvLinkErrors(link: 0, .replay): 6,
            .nvLinkErrors(link: 1, .replay): 7,
        ]
        let links = try reading(script).links
        #expect(links[0]?.dataBytes == [.transmit: 3072])
        #expect(links[0]?.rawBytes == [.transmit: 5])
        #expect(links[0]?.errors == [.replay: 6])
        #expect(links[1]?.state == 0)
        #expect(links[1]?.errors == [:] && links[1]?.dataBytes == [:])
    }
}
