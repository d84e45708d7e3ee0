import Platform
import TestSupport
import Testing

@testable import Collectors

@Suite("Whoever asks the GPUs")
struct GPUMonitorTests {
    /// A clock that a test sets.
    private final class Clock: Sendable {
        private let seconds = Locked(100.0)
        var now: Double { seconds.withLock { $0 } }
        func advance(by duration: Double) { seconds.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let notes = Locked<[CollectorNote]>([])

    private func monitor(_ nvml: FakeNVML, library: String? = nil) -> GPUMonitor {
        GPUMonitor(
            library: library, clock: { [clock] in clock.now }, unixClock: { 1_700_000_000 },
            open: { _ throws(DynamicLibraryError) in nvml },
            onNote: { [notes] note in notes.withLock { $0.append(note) } })
    }

    private func script() -> FakeNVML.Script {
        var script = FakeNVML.Script(deviceCount: 2)
        script.fields = [NVMLField(186): .success(352_500)]
        script.masks = [.supportedEvents: NVMLEventType.xid | NVMLEventType.clock]
        return script
    }

    @Test("gives what the driver answered, and shuts NVML down at the end")
    func life() throws {
        let nvml = FakeNVML(script())
        let monitor = monitor(nvml)
        #expect(monitor.snapshot() == GPUSnapshot())
        try monitor.start(intervalSeconds: 0.01)
        let snapshot = monitor.firstSnapshot(withinSeconds: 20)
        #expect(snapshot.driver.state == .ok)
        #expect(snapshot.driver.driverVersion == "570.1")
        #expect(snapshot.devices.map { $0.readings?.power.watts } == [352.5, 352.5])
        monitor.stop()
        #expect(monitor.snapshot() == GPUSnapshot())
        #expect(nvml.calls.last == "nvmlShutdown")
        #expect(nvml.openSampleCount == 0)
    }

    @Test("counts Xid errors as they come")
    func xid() throws {
        let nvml = FakeNVML(script())
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        #expect(eventually { monitor.snapshot().driver.events == .watching })
        nvml.change { script in
            script.events = [
                NVMLEvent(device: FakeNVML.device(1), type: NVMLEventType.xid, data: 79),
                NVMLEvent(device: FakeNVML.device(1), type: NVMLEventType.clock),
                NVMLEvent(device: FakeNVML.device(7), type: NVMLEventType.xid, data: 1),
            ]
        }
        #expect(eventually { monitor.snapshot().devices.last?.events.counts == [.xid: 1, .clock: 1] })
        let xids = monitor.snapshot().devices.map(\.events.xids)
        #expect(
            xids == [[], [GPUXid(xid: 79, count: 1, firstSeenSeconds: 1_700_000_000, lastSeenSeconds: 1_700_000_000)]])
        monitor.stop()
        #expect(nvml.count("nvmlEventSetFree") == 1)
    }

    @Test("waits for the events of a GPU that the driver hands out later")
    func eventsOfNewcomer() throws {
        let nvml = FakeNVML(script())
        nvml.change { $0.failures["nvmlDeviceGetHandleByIndex 1"] = .noPermission }
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        #expect(eventually { monitor.snapshot().driver.events == .watching })
        #expect(nvml.count("nvmlDeviceRegisterEvents 1") == 0)
        nvml.change { $0.failures = [:] }
        clock.advance(by: 61)
        #expect(
            eventually {
                // A pass that is going on may take the later time for its end: another one is due after that.
                clock.advance(by: 1)
                return nvml.count("nvmlDeviceRegisterEvents 1") == 1
            })
        nvml.change {
            $0.events = [NVMLEvent(device: FakeNVML.device(1), type: NVMLEventType.xid, data: 79)]
        }
        #expect(eventually { monitor.snapshot().devices.last?.events.counts == [.xid: 1] })
        monitor.stop()
    }

    @Test("says that the driver hangs, and repeats nothing that it said before")
    func hanging() throws {
        let nvml = FakeNVML(script())
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        _ = monitor.firstSnapshot(withinSeconds: 20)
        nvml.change { $0.hangs = "nvmlDeviceGetFieldValues" }
        let calls = nvml.count("nvmlDeviceGetFieldValues")
        clock.advance(by: 1)
        #expect(eventually { nvml.count("nvmlDeviceGetFieldValues") > calls })
        clock.advance(by: 4.9)
        #expect(monitor.snapshot().driver.state == .ok)
        clock.advance(by: 55)
        let snapshot = monitor.snapshot()
        #expect(snapshot.driver.state == .hanging)
        #expect(snapshot.driver.hangingCall?.function == "nvmlDeviceGetFieldValues")
        #expect(snapshot.driver.hangingCall?.gpu == 0)
        #expect((snapshot.driver.hangingCall?.lastedSeconds ?? 0) > 59)
        #expect(snapshot.devices.allSatisfy { $0.readings == nil && $0.identity.uuid != nil })
        nvml.change { $0.hangs = nil }
        #expect(eventually { monitor.snapshot().driver.state == .ok })
        #expect(monitor.snapshot().devices.allSatisfy { $0.readings != nil })
        monitor.stop()
    }

    @Test("ends without the driver when that hangs, and begins anew when it is back")
    func stopWhileHanging() throws {
        let nvml = FakeNVML(script())
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        _ = monitor.firstSnapshot(withinSeconds: 20)
        nvml.change { $0.hangs = "nvmlDeviceGetFieldValues" }
        let before = nvml.count("nvmlDeviceGetFieldValues")
        clock.advance(by: 1)
        #expect(eventually { nvml.count("nvmlDeviceGetFieldValues") > before })
        let begin = HostClock.monotonicSeconds()
        monitor.stop()
        #expect(HostClock.monotonicSeconds() - begin < 10)
        #expect(nvml.count("nvmlShutdown") == 0)
        #expect(monitor.snapshot().driver.state == .off)

        try monitor.start(intervalSeconds: 0.01)
        clock.advance(by: 10)
        // The old thread is still in the driver, and no second one joins it.
        #expect(monitor.snapshot().driver.state == .hanging)
        #expect(nvml.count("nvmlInit") == 1)
        nvml.change { $0.hangs = nil }
        #expect(eventually { monitor.snapshot().devices.first?.readings != nil })
        #expect(nvml.count("nvmlShutdown") == 1)
        #expect(nvml.count("nvmlInit") == 2)
        monitor.stop()
    }

    @Test("leaves NVML alone when the driver was replaced")
    func mismatch() throws {
        let nvml = FakeNVML(script())
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        _ = monitor.firstSnapshot(withinSeconds: 20)
        #expect(eventually { monitor.snapshot().driver.events == .watching })
        nvml.change { $0.failures["nvmlDeviceGetFieldValues"] = .libraryDriverMismatch }
        clock.advance(by: 1)
        #expect(eventually { monitor.snapshot().driver.state == .versionMismatch })
        #expect(eventually { monitor.snapshot().driver.events == .off })
        let calls = nvml.calls.count
        clock.advance(by: 10_000)
        monitor.stop()
        #expect(nvml.calls.count == calls)
        #expect(nvml.count("nvmlShutdown") == 0)
        #expect(nvml.count("nvmlEventSetFree") == 0)
        #expect(notes.withLock { $0 }.contains { $0.level == .warning && $0.message.contains("restart latencyd") })
    }

    @Test("initialises NVML again when the driver comes back")
    func driverBack() throws {
        let nvml = FakeNVML(script())
        nvml.change { $0.failures["nvmlInit"] = .driverNotLoaded }
        let monitor = monitor(nvml)
        try monitor.start(intervalSeconds: 0.01)
        #expect(monitor.firstSnapshot(withinSeconds: 20).driver.state == .driverNotLoaded)
        nvml.change { $0.failures = [:] }
        clock.advance(by: 31)
        #expect(eventually { monitor.snapshot().driver.state == .ok })
        nvml.change { $0.failures["nvmlDeviceGetFieldValues"] = .uninitialized }
        clock.advance(by: 1)
        #expect(eventually { monitor.snapshot().driver.state == .driverNotLoaded })
        #expect(eventually { nvml.count("nvmlShutdown") == 1 })
        nvml.change { $0.failures = [:] }
        clock.advance(by: 31)
        #expect(eventually { monitor.snapshot().driver.state == .ok })
        #expect(nvml.count("nvmlInit") == 3)
        monitor.stop()
    }

    @Test("a library that is not there is a state, and no news unless it was named", arguments: [nil, "libgone.so.1"])
    func noLibrary(library: String?) throws {
        let monitor = GPUMonitor(
            library: library, clock: { 0 }, unixClock: { 0 },
            open: { path throws(DynamicLibraryError) in throw .missing(path: path) },
            onNote: { [notes] note in notes.withLock { $0.append(note) } })
        try monitor.start(intervalSeconds: 1)
        let snapshot = monitor.firstSnapshot(withinSeconds: 20)
        #expect(snapshot.driver.state == .libraryMissing)
        #expect(snapshot.driver.isExpected == (library != nil))
        monitor.stop()
        #expect(notes.withLock { $0.count } == (library == nil ? 0 : 1))
    }
}
