import Testing

@testable import latencyd

@Suite("The watchdog")
struct WatchdogTests {
    @Test("gives a sign at once, then thrice a period while all loops go on")
    func regular() {
        var watchdog = Watchdog(timeoutSeconds: 30, monotonicSeconds: 100)
        let due = [100.0, 100.1, 109.9, 110, 115, 120].enumerated().map { turn, now in
            watchdog.isSignDue(beats: [UInt64(turn + 1), UInt64(turn + 1)], at: now)
        }
        #expect(due == [true, false, false, true, false, true])
    }

    @Test("gives none while one loop stands still, and looks again soon", arguments: [0, 1])
    func stuck(_ loop: Int) {
        var watchdog = Watchdog(timeoutSeconds: 30, monotonicSeconds: 100)
        var beats: [UInt64] = [5, 5]
        let first = watchdog.isSignDue(beats: beats, at: 100)
        #expect(first)
        beats[1 - loop] += 1
        let whileStuck = watchdog.isSignDue(beats: beats, at: 110)
        #expect(!whileStuck)
        #expect(watchdog.nextCheckSeconds == 110.5)
        beats[loop] += 1
        let again = watchdog.isSignDue(beats: beats, at: 110.5)
        #expect(again)
        #expect(watchdog.nextCheckSeconds == 120.5)
    }

    @Test("does not spin where the service manager's time-out is tiny")
    func tiny() {
        var watchdog = Watchdog(timeoutSeconds: 0.001, monotonicSeconds: 100)
        let isDue = watchdog.isSignDue(beats: [1], at: 100)
        #expect(isDue)
        #expect(abs(watchdog.nextCheckSeconds - 100.1) < 1e-9)
    }
}
