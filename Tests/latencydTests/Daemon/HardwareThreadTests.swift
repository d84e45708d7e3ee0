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
        #expect(
            thread.families(at: later).map(\.samples) == [[Sample(["collector": "thermal"], 0)]])
        thread.stop()
        #expect(thread.stuck(at: later)?.collector == "thermal", "the stop waited for the device")
        files.release()
        #expect(eventually { thread.stuck(at: later) == nil })
    }
}

/// A host whose folders cannot be listed until it is released.
private final class HeldHostFiles: HostFiles {
    private let files: InMemoryHostFiles
    private let released = Answer<Bool>()

    init(_ files: InMemoryHostFiles) { self.files = files }

    func release() { released.give(true) }

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        try files.read(path, limitBytes: limitBytes, keepsOpen: keepsOpen)
    }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        _ = released.wait(seconds: 60)
        return try files.list(folder)
    }
}
