import Platform
import Testing

@testable import Collectors

@Suite("The parts of a GPU")
struct GPUPollerPartsTests {
    private func divided() -> FakeNVML.Script {
        var script = FakeNVML.Script()
        script.pairs = [.migMode: [1, 1]]
        script.numbers = [.migDeviceCountMax: 7]
        script.instances = [0: .init(gpu: 1, compute: 0), 3: .init(gpu: 9, compute: 2)]
        script.memory = [.v2: NVMLMemory(total: 40, free: 30, used: 9, reserved: 1)]
        return script
    }

    private func poller(_ nvml: FakeNVML) throws -> GPUPoller {
        var poller = GPUPoller(nvml: nvml, watch: GPUCallWatch(clock: { 0 }))
        try poller.list(at: 0)
        return poller
    }

    @Test("are its MIG instances, by their ids")
    func instances() throws {
        var poller = try poller(FakeNVML(divided()))
        try poller.pass(at: 0, intervalSeconds: 1)
        let readings = try #require(poller.devices[0].readings)
        #expect(readings.mig.isEnabled == true)
        #expect(
            readings.mig.instances.map(\.instance) == [
                GPUInstance(gpuInstance: 1, computeInstance: 0), GPUInstance(gpuInstance: 9, computeInstance: 2),
            ])
        #expect(readings.mig.instances.first?.memory?.used == 9)
        #expect(readings.mig.instances.first?.multiprocessors == 42)
        #expect(readings.utilization == nil)
    }

    @Test("when MIG is switched, all that was switched off is tried anew")
    func switched() throws {
        let nvml = FakeNVML(divided())
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1)
        nvml.change { script in
            script.pairs = [.migMode: [0, 0], .utilization: [70, 30]]
        }
        try poller.pass(at: 5, intervalSeconds: 1)
        #expect(poller.devices[0].readings?.utilization == nil)
        try poller.pass(at: 10, intervalSeconds: 1)
        #expect(poller.devices[0].readings?.utilization == GPUUtilization(mean: 0.7))
        #expect(poller.devices[0].readings?.mig.instances.isEmpty == true)
    }

    @Test("performance metrics come from two samples, none of which is left behind")
    func performance() throws {
        var script = divided()
        script.performance = [1: 91.5, 2: 55, 10: 100.2, 20: 2, 60: 3, 61: -1]
        let nvml = FakeNVML(script)
        var poller = try poller(nvml)
        var pauses: [Double] = []
        try poller.pass(at: 0, intervalSeconds: 1) {
            pauses.append($0)
            return true
        }
        #expect(pauses == [0.12])
        let performance = try #require(poller.devices[0].readings?.performance)
        #expect(performance.activity == [.graphics: 0.915, .sm: 0.55, .memory: 1])
        #expect(performance.pcieBytesPerSecond == [.transmit: 2_097_152])
        #expect(performance.nvlinkBytesPerSecond == [.receive: 3_145_728])
        #expect(poller.devices[0].readings?.mig.instances.map { $0.performance == performance } == [true, true])
        #expect(nvml.sampleCount == 6)
        #expect(nvml.openSampleCount == 0)
    }

    @Test("a stop between the two samples frees the first", arguments: [true, false])
    func stopped(fails: Bool) throws {
        var script = divided()
        script.performance = [1: 50]
        let nvml = FakeNVML(script)
        if fails { nvml.change { $0.failures["nvmlGpmMetricsGet"] = .unknown } }
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1) { _ in fails }
        #expect(nvml.sampleCount > 0)
        #expect(nvml.openSampleCount == 0)
        #expect(poller.devices[0].readings?.performance == nil)
    }

    @Test("a GPU that is lost between the two samples is lost")
    func lostBetween() throws {
        var script = FakeNVML.Script()
        script.performance = [1: 50]
        let nvml = FakeNVML(script)
        var poller = try poller(nvml)
        try poller.pass(at: 0, intervalSeconds: 1) { _ in
            nvml.change { $0.failures["nvmlGpmSampleGet"] = .gpuIsLost }
            return true
        }
        #expect(poller.devices[0].condition == .lost)
        #expect(poller.devices[0].readings == nil)
        #expect(nvml.openSampleCount == 0)
    }

    @Test(
        "reasons for low clocks are named bit by bit, unknown ones too",
        arguments: [
            (0, nil, []), (0x4, nil, ["sw_power_cap"]), (0x1ff, 0x1, GPUPollerPartsTests.reasons),
            (0x8000_0000_0000_0200, 0x1, ["unknown_9", "unknown_63"]),
        ] as [(UInt64, UInt64?, [String])])
    func clockReasons(mask: UInt64, supported: UInt64?, active: [String]) {
        let reasons = GPUClockReason.active(mask, supported: supported)
        #expect(reasons.filter(\.isActive).map(\.reason) == active)
        // Known ones that are not in force are shown as such, where the GPU supports them.
        let shown = Set(reasons.map(\.reason))
        #expect(shown.isSuperset(of: supported == nil ? Self.reasons : ["idle"]))
    }

    static let reasons = [
        "idle", "application_clocks", "sw_power_cap", "hw_slowdown", "sync_boost", "sw_thermal", "hw_thermal",
        "power_brake", "display",
    ]

    @Test("Xid errors are counted each, and others only as events when there are too many kinds")
    func xids() {
        var tally = GPUEventTally()
        func xid(_ xid: UInt64, at seconds: Double) {
            tally.count(
                NVMLEvent(device: FakeNVML.device(1), type: NVMLEventType.xid, data: xid), gpu: 1, unixSeconds: seconds)
        }
        xid(48, at: 10)
        xid(48, at: 20)
        for number in 1000..<2000 { xid(UInt64(number), at: 30) }
        xid(48, at: 40)
        let events = tally.events[1]
        #expect(events?.xids.first == GPUXid(xid: 48, count: 3, firstSeenSeconds: 10, lastSeenSeconds: 40))
        #expect(events?.xids.count == 256)
        #expect(events?.counts == [.xid: 1003])
    }

    @Test(
        "CPUs are written as the kernel does",
        arguments: [
            ([], ""), ([3], "3"), ([2, 0, 1], "0-2"), ([0, 1, 64, 66, 67], "0-1,64,66-67"), ([5, 5], "5"),
        ])
    func cpus(cpus: [Int], text: String) {
        #expect(CPUList.text(cpus) == text)
    }
}
