import Collectors
import Logging
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("The hardware thread")
struct HardwareThreadTests {
    private let log = Logging.Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func thermal(_ host: any HostFiles) throws -> HardwareThread {
        let thread = try #require(HardwareThread(log: log))
        let others = HardwareCollectors.ids.filter { $0 != "thermal" }
        let settings = HardwareSettings(
            collectors: Dictionary(uniqueKeysWithValues: others.map { ($0, CollectorSettings(isEnabled: false)) }))
        try thread.start(host: CollectorHost(files: host), settings: settings)
        return thread
    }

    private var warmZone: InMemoryHostFiles {
        var files = InMemoryHostFiles()
        files.write("acpitz\n", to: .sysfs("class/thermal/thermal_zone0/type"))
        files.write("47000\n", to: .sysfs("class/thermal/thermal_zone0/temp"))
        return files
    }

    @Test("the first page has the first values, and settings are taken while it runs")
    func passes() throws {
        let thread = try thermal(warmZone)
        #expect(
            thread.families(at: HostClock.monotonicSeconds()).contains {
                $0.descriptor.name == "latencyd_thermal_celsius"
            })
        #expect(thread.summary(at: HostClock.monotonicSeconds()) == "thermal collecting")
        thread.apply(
            HardwareSettings(
                collectors: Dictionary(
                    uniqueKeysWithValues: HardwareCollectors.ids.map { ($0, CollectorSettings(isEnabled: false)) })))
        #expect(eventually { thread.families(at: HostClock.monotonicSeconds()).isEmpty })
        thread.stop()
    }

    @Test("a device that does not answer is named, its old values are not shown, and the stop does not wait for it")
    func stuck() throws {
        let files = HeldHostFiles(warmZone)
        let thread = try thermal(files)
        defer { files.release() }
        let now = HostClock.monotonicSeconds()
        #expect(thread.stuck(at: now) == nil)
        let later = now + HardwareThread.stuckSeconds + HardwareThread.patienceSeconds + 1
        #expect(thread.stuck(at: later)?.collector == "thermal")
        #expect(thread.summary(at: later) == "thermal waits for a device")
        let success = thread.families(at: later).first { $0.descriptor.name == "latencyd_collector_success" }
        #expect(success?.samples == [Sample(["collector": "thermal"], 0)])
        thread.stop()
        #expect(thread.stuck(at: later)?.collector == "thermal", "the stop waited for the device")
        files.release()
        #expect(eventually { thread.stuck(at: later) == nil })
    }

    @Test("one that is stuck leaves the others' values on the page, until they are too old")
    func others() throws {
        var host = warmZone
        host.write("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n", to: .procfs("pressure/io"))
        host.addFolder(.sysfs("class/hwmon"))
        // Between the two in the order of collectors.
        let files = HeldHostFiles(host, held: .sysfs("class/hwmon"))
        let thread = try #require(HardwareThread(log: log))
        let enabled: Set = ["thermal", "hwmon", "pressure"]
        try thread.start(
            host: CollectorHost(files: files),
            settings: HardwareSettings(
                collectors: Dictionary(
                    uniqueKeysWithValues: HardwareCollectors.ids.map {
                        ($0, CollectorSettings(isEnabled: enabled.contains($0)))
                    })))
        defer {
            files.release()
            thread.stop()
        }
        func names(at seconds: Double) -> Set<String> {
            Set(thread.families(at: seconds).map(\.descriptor.name))
        }
        func success(at seconds: Double) -> [Sample]? {
            thread.families(at: seconds).first { $0.descriptor.name == "latencyd_collector_success" }?.samples
        }
        // The collector before it has run, and is seen though the pass goes on.
        let now = HostClock.monotonicSeconds()
        #expect(names(at: now).contains("latencyd_thermal_celsius"))
        let begin = try #require(thread.stuck(at: now + 3_600)?.beginSeconds)
        let stuck = begin + HardwareThread.stuckSeconds + 1
        #expect(names(at: stuck).contains("latencyd_thermal_celsius"))
        #expect(success(at: stuck) == [Sample(["collector": "thermal"], 1), Sample(["collector": "hwmon"], 0)])
        let stale = begin + HardwareThread.staleSeconds + 1
        #expect(!names(at: stale).contains("latencyd_thermal_celsius"))
        #expect(success(at: stale) == [Sample(["collector": "hwmon"], 0)])
        files.release()
        #expect(eventually { names(at: HostClock.monotonicSeconds()).contains("latencyd_pressure_seconds") })
        #expect(success(at: HostClock.monotonicSeconds())?.map(\.value) == [.number(1), .number(1), .number(1)])
    }
}

/// A host of which a folder, or all, cannot be listed until it is released.
private final class HeldHostFiles: HostFiles {
    private let files: InMemoryHostFiles
    private let held: HostPath?
    private let released = Answer<Bool>()

    init(_ files: InMemoryHostFiles, held: HostPath? = nil) {
        self.files = files
        self.held = held
    }

    func release() { released.give(true) }

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try files.read(path, limitBytes: limitBytes, keepsOpen: keepsOpen)
    }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        if held == nil || folder == held { _ = released.wait(seconds: 60) }
        return try files.list(folder)
    }
}
