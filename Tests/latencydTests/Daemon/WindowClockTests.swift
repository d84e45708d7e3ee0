import Testing

@testable import latencyd

@Suite("The clock of windows")
struct WindowClockTests {
    @Test(
        "ends windows at multiples of their length on the wall clock",
        arguments: [
            (10, 1_700_000_003.5, 106.5), (10, 1_700_000_000, 110), (60, 1_700_000_039, 101),
            (1, 1_700_000_000.25, 100.75),
        ] as [(Double, Double, Double)])
    func alignment(_ window: Double, _ unix: Double, _ end: Double) {
        let clock = WindowClock(windowSeconds: window, monotonicSeconds: 100, unixSeconds: unix)
        #expect(abs(clock.nextEndSeconds - end) < 1e-6)
    }

    @Test("tells the end of a window once, on the grid however late it is asked")
    func advance() {
        var clock = WindowClock(windowSeconds: 10, monotonicSeconds: 100, unixSeconds: 1_700_000_000)
        let ends = [109.999, 113, 119.999, 120, 120].map { clock.advance(to: $0) }
        #expect(ends.map { $0?.endSeconds } == [nil, 110, nil, 120, nil])
        #expect(ends.map { $0?.windows } == [nil, 1, nil, 1, nil])
    }

    @Test("counts the windows that ended while the host stood still")
    func standstill() {
        var clock = WindowClock(windowSeconds: 10, monotonicSeconds: 100, unixSeconds: 1_700_000_000)
        let late = clock.advance(to: 145)
        #expect(late?.windows == 4)
        #expect(late?.endSeconds == 140)
        #expect(clock.nextEndSeconds == 150)
    }
}
