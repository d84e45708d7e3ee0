import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Platform

@Suite("Triggers of pressure")
struct PressureTriggerTests {
    private static let threshold = PressureThreshold(
        countsFull: false, stallMicroseconds: 150_000, windowMicroseconds: 2_000_000)

    /// nil where this kernel takes no triggers.
    private static func cpu() -> PressureTrigger? {
        try? SystemHostFiles().pressureTrigger(.procfs("pressure/cpu"), threshold)
    }

    @Test("are never written into a file of a tree that stands in for the host")
    func fixture() throws {
        let folder = TemporaryFolder()
        folder.write(Array("some avg10=0.00".utf8), to: "cpu")
        let files = SystemHostFiles(sysfs: folder.path, procfs: folder.path)
        #expect(throws: HostFileError.notSupported) { try files.pressureTrigger(.procfs("cpu"), Self.threshold) }
        #expect(throws: HostFileError.absent) { try files.pressureTrigger(.procfs("io"), Self.threshold) }
        #expect(throws: HostFileError.outsideRoot) { try files.pressureTrigger(.procfs("../x"), Self.threshold) }
        #expect(try files.read(.procfs("cpu")) == Array("some avg10=0.00".utf8))
    }

    @Test("are refused by the kernel with a threshold above the window", .enabled(if: cpu() != nil))
    func refused() {
        let wrong = PressureThreshold(countsFull: false, stallMicroseconds: 3_000_000, windowMicroseconds: 2_000_000)
        #expect(throws: HostFileError.invalid) {
            try SystemHostFiles().pressureTrigger(.procfs("pressure/cpu"), wrong)
        }
    }

    @Test(
        "wake the poll when threads wait for a CPU, each time once", .enabled(if: cpu() != nil), .timeLimit(.minutes(1))
    )
    func stall() throws {
        let trigger = try #require(Self.cpu())
        guard var poll = EventPoll() else {
            Issue.record("no descriptor is left")
            return
        }
        let isAdded = poll.addUrgent(trigger.descriptor)
        #expect(isAdded)
        let load = Load(threads: 4 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        defer { load.stop() }
        var told: [(file: Int32, isBroken: Bool)] = []
        while told.isEmpty { poll.wait(milliseconds: 5_000) { told.append(($0, $1)) } }
        #expect(told.map(\.file) == [trigger.descriptor])
        #expect(told.map(\.isBroken) == [false])
        // The event was taken: the next one comes with the next window at the earliest.
        poll.wait(milliseconds: 0) { told.append(($0, $1)) }
        #expect(told.count == 1)
    }
}

/// Threads that want all CPUs.
private final class Load: Sendable {
    private let isStopped = Atomic(false)

    init(threads: Int) {
        for _ in 0..<threads {
            try? DaemonThread(name: "load") { [self] in while !isStopped.load(ordering: .relaxed) {} }.detach()
        }
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }
}
