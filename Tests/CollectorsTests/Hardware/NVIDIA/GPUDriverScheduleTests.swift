import Platform
import Testing

@testable import Collectors

@Suite("The library and the driver")
struct GPUDriverScheduleTests {
    private static let missing = DynamicLibraryError.missing(path: "libnvidia-ml.so.1")

    private func schedule(isNamed: Bool = false) -> GPUDriverSchedule {
        GPUDriverSchedule(path: "libnvidia-ml.so.1", isNamed: isNamed, at: 0)
    }

    @Test("are tried every 30 s at first, every 5 min at last")
    func pauses() {
        var schedule = schedule()
        var pauses: [Double] = []
        for _ in 0..<6 {
            let now = schedule.dueSeconds
            schedule.failedToOpen(Self.missing, at: now)
            #expect(schedule.step == .open)
            pauses.append(schedule.dueSeconds - now)
        }
        #expect(pauses == [30, 60, 120, 240, 300, 300])
    }

    @Test("that are not there are no news, unless the configuration names the library", arguments: [false, true])
    func missing(isNamed: Bool) {
        var schedule = schedule(isNamed: isNamed)
        schedule.failedToOpen(Self.missing, at: 5)
        #expect(schedule.status.state == .libraryMissing)
        #expect(schedule.status.isExpected == isNamed)
        #expect(schedule.status.sinceSeconds == 5)
    }

    @Test("a library that cannot be loaded is news")
    func unusable() {
        var schedule = schedule()
        schedule.failedToOpen(.unusable(path: "/x.so", message: "wrong ELF class"), at: 0)
        #expect(schedule.status.state == .libraryUnusable)
        #expect(schedule.status.isExpected)
        #expect(schedule.status.message?.contains("wrong ELF class") == true)
    }

    @Test(
        "have a state for each reason why they do not start",
        arguments: [
            (.driverNotLoaded, .driverNotLoaded, "modules"), (.libraryNotFound, .driverNotLoaded, ""),
            (.noPermission, .noPermission, "/dev/nvidiactl"), (.operatingSystem, .blocked, "DeviceAllow"),
            (.unknown, .failing, "UNKNOWN (999)"), (.insufficientResources, .failing, ""),
        ] as [(NVMLReturn, GPUDriverState, String)])
    func states(code: NVMLReturn, state: GPUDriverState, word: String) {
        var schedule = schedule()
        schedule.opened()
        schedule.failed(code, in: "nvmlInit", at: 0)
        #expect(schedule.status.state == state)
        #expect(schedule.step == .initialise)
        #expect(schedule.dueSeconds == 30)
        #expect(word.isEmpty || schedule.status.message?.contains(word) == true)
    }

    @Test("that do not go together are left alone for good")
    func mismatch() {
        var schedule = schedule()
        schedule.opened()
        schedule.failed(.libraryDriverMismatch, in: "nvmlInit", at: 0)
        #expect(schedule.step == .leaveAlone)
        #expect(schedule.dueSeconds == .infinity)
        #expect(schedule.status.state == .versionMismatch)
        #expect(schedule.status.message?.contains("restart latencyd") == true)
    }

    @Test("passes keep to the grid of intervals, and a shorter interval counts at once")
    func grid() {
        var schedule = schedule()
        schedule.opened()
        schedule.started(driverVersion: "570", libraryVersion: nil, at: 100)
        #expect(schedule.step == .poll)
        schedule.polled(at: 100.2, intervalSeconds: 10)
        #expect(schedule.dueSeconds == 110)
        // Passes that were missed are not made up for.
        schedule.polled(at: 135, intervalSeconds: 10)
        #expect(schedule.dueSeconds == 145)
        schedule.hasten(at: 136, intervalSeconds: 1)
        #expect(schedule.dueSeconds == 137)
    }

    @Test("a driver that comes back starts with short pauses again")
    func again() {
        var schedule = schedule()
        schedule.opened()
        for _ in 0..<4 { schedule.failed(.driverNotLoaded, in: "nvmlInit", at: 0) }
        #expect(schedule.dueSeconds == 240)
        schedule.started(driverVersion: "570", libraryVersion: nil, at: 300)
        schedule.polled(at: 300, intervalSeconds: 1)
        schedule.failed(.driverNotLoaded, in: "nvmlDeviceGetPowerUsage", at: 400)
        #expect(schedule.dueSeconds == 430)
    }
}
