import Telemetry
import TestSupport
import Testing

@testable import AnomalyDetect

@Suite("Alert time and memory")
struct AlertTimeTests {
    @Test("a hold of three windows ends with the third, wherever the clock began")
    func inexactSums() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            var fixture = AlertFixture([AlertFixture.rule(hold: 30)])
            var seconds = Double.random(in: 0..<1e6, using: &generator)
            for window in 0..<4 {
                let now = Instant(monotonicSeconds: seconds, unixSeconds: 0)
                let changes = fixture.engine.evaluate([AlertFixture.summary(150)], at: now)
                #expect(changes.count == (window == 3 ? 1 : 0), "window \(window) at \(seconds)")
                // In steps, so that the sums lose bits as those of a timer do.
                for _ in 0..<100 { seconds += 0.1 }
            }
        }
    }

    @Test("a millisecond short of the hold is short")
    func short() {
        var fixture = AlertFixture([AlertFixture.rule(hold: 30)])
        for (seconds, count) in [(0.0, 0), (29.999, 0), (29.9996, 1)] {
            let now = Instant(monotonicSeconds: seconds, unixSeconds: 0)
            #expect(fixture.engine.evaluate([AlertFixture.summary(150)], at: now).count == count)
        }
    }

    @Test("series that come and go leave nothing behind")
    func churn() {
        var fixture = AlertFixture([AlertFixture.rule()])
        for round in 0..<100 {
            _ = fixture.evaluate((0..<10).map { AlertFixture.summary(50, labels: ["n": "\(round)-\($0)"]) })
        }
        #expect(fixture.engine.table.slots.count <= 20)
        #expect(fixture.engine.states.isEmpty)
    }
}
