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

    @Test("of power and clocks the lowest and the highest sample is kept, and what cannot be is none")
    func extremes() throws {
        func samples(_ values: Double...) -> [NVMLSample] {
            values.enumerated().map { NVMLSample(timestamp: UInt64($0 + 1), value: $1) }
        }
        let nvml = FakeNVML()
        nvml.change { script in
            script.samples = [
                .power: samples(350_000, Double(UInt32.max), 120_500, 700_000), .smClock: samples(1980, 345, 1965),
                .memoryClock: samples(2619),
            ]
        }
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        let readings = try #require(poller.devices[0].readings)
        #expect(readings.power.sampled == GPUExtremes(min: 120.5, max: 700))
        #expect(readings.clocks[.sm]?.sampled == GPUExtremes(min: 345e6, max: 1980e6))
        #expect(readings.clocks[.memory]?.sampled == GPUExtremes(min: 2619e6, max: 2619e6))
        #expect(readings.clocks[.graphics]?.sampled == nil && readings.utilization == nil)
        // They are not those of utilisation, and age as these do.
        try poller.pass(at: 2, intervalSeconds: 1)
        #expect(poller.devices[0].readings?.power.sampled == GPUExtremes(min: 120.5, max: 700))
        try poller.pass(at: 4, intervalSeconds: 1)
        #expect(poller.devices[0].readings?.power.sampled == nil)
        #expect(poller.devices[0].readings?.clocks[.sm]?.sampled == nil)
    }

    @Test("samples count when the driver's clock was set back")
    func clockSetBack() throws {
        let nvml = FakeNVML()
        nvml.change { $0.samples[.gpuUtilization] = [NVMLSample(timestamp: 1_000_000, value: 90)] }
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        nvml.change { $0.samples[.gpuUtilization] = [NVMLSample(timestamp: 5, value: 20)] }
        for second in 1...3 { try poller.pass(at: Double(second), intervalSeconds: 1) }
        #expect(poller.devices[0].readings?.utilization == GPUUtilization(mean: 0.2, max: 0.2))
        // The same samples again are nothing new.
        for second in 4...6 { try poller.pass(at: Double(second), intervalSeconds: 1) }
        #expect(poller.devices[0].readings?.utilization == nil)
    }

    @Test("what cannot be is absent")
    func garbage() throws {
        var script = FakeNVML.Script()
        let none = Double(UInt32.max)
        script.fields = [
            NVMLField(82): .success(0), NVMLField(186): .success(none), NVMLField(185): .success(.nan),
            NVMLField(74): .success(Double(UInt64.max)), NVMLField(75): .success(-1),
            NVMLField(142): .success(.infinity),
            NVMLField(144): .success(2),
        ]
        script.numbers = [
            .temperature: -2_147_483_648, .clock(.sm): none, .energy: Double(UInt64.max), .pcieWidth: 0,
            .encoderUtilization: 200, .persistenceMode: none, .numaNode: none,
        ]
        script.masks = [.clockReasons: .max]
        script.pairs = [.utilization: [101, 255], .powerLimits: [.max, .max]]
        script.memory = [.v2: NVMLMemory(total: 10, free: 20, used: 5)]
        script.processes[.v3] = [.compute: [NVMLProcess(pid: 1, memoryBytes: .max - 1)]]
        script.shares = [NVMLProcessUtilization(pid: 1, timestamp: 1, sm: 200, memory: 0, encoder: 0, decoder: 0)]
        var found = try reading(script)
        #expect(found.utilization == GPUUtilization(mean: 1))
        #expect(found.processes.all == [GPUProcess(pid: 1, kinds: [.compute])])
        found.utilization = nil
        found.processes = GPUProcesses()
        var nothing = GPUReadings()
        for clock in NVMLClock.allCases { nothing[clock: clock] = GPUClock() }
        nothing.locality.cpus = [0, 1]
        #expect(found == nothing)
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
            NVMLField(138, scope: 1): .success(4), NVMLField(202, scope: 0): .success(5), NVMLField(160): .success(8),
            NVMLField(215, scope: 0): .success(9),
        ]
        script.numbers = [
            .nvLinkState(link: 0): 1, .nvLinkState(link: 1): 0, .nvLinkErrors(link: 0, .replay): 6,
            .nvLinkErrors(link: 1, .replay): 7,
        ]
        let readings = try reading(script)
        let links = readings.links
        #expect(readings.linkECCErrors == 8)
        #expect(links[0]?.recoveries == 9)
        #expect(links[0]?.dataBytes == [.transmit: 3072])
        #expect(links[0]?.rawBytes == [.transmit: 5])
        #expect(links[0]?.errors == [.replay: 6])
        #expect(links[1]?.state == 0)
        #expect(links[1]?.errors == [:] && links[1]?.dataBytes == [:])
    }
}
