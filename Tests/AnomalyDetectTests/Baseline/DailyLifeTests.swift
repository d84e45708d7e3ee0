import AnomalyDetect
import TestSupport
import Testing

@Suite("What happens to a series in its life")
struct DailyLifeTests {
    private static let day = 1_440

    /// The level of each minute of `days` days that begin on a Monday at midnight.
    private func levels(
        days: Int, _ direction: BaselineDirection = .both, noise: Double = 0.07,
        value: (_ minute: Int, _ noise: Double) -> Double
    ) -> [AlertLevel] {
        var settings = BaselineSettings()
        settings.direction = direction
        settings.relativeDeadBand = 0.1
        var baseline = Baseline(settings)
        var generator = SeededGenerator(seed: 8)
        // A Monday.
        let start: Int64 = 1_788_134_400
        return (0..<days * Self.day).map { minute in
            let value = value(minute, generator.logNormal(median: 1, sigma: noise))
            let instant = LocalInstant(unix: start + Int64(minute) * 60, offset: 0)
            let level = baseline.assess(value, count: 500, at: instant).level
            baseline.learn(value, count: 500, at: instant)
            return level
        }
    }

    private func isFound(_ levels: [AlertLevel], day: Int, minute: Int, length: Int = 20) -> Bool {
        let start = day * Self.day + minute
        return levels[start..<start + length].contains { $0 >= .warning }
    }

    private func alarmMinutes(_ levels: some Sequence<AlertLevel>) -> Int { levels.count { $0 >= .warning } }

    @Test("a fault is found again at the same time of the next day")
    func again() {
        let faults = [5, 6].map { $0 * Self.day + 650 }
        let found = levels(days: 8) { minute, noise in
            0.05 * noise * (faults.contains { ($0..<$0 + 20).contains(minute) } ? 2 : 1)
        }
        #expect(isFound(found, day: 5, minute: 650))
        #expect(isFound(found, day: 6, minute: 650))
        #expect(alarmMinutes(found) < 60)
    }

    @Test("whole milliseconds hide no fault, and are none")
    func quantised() {
        let fault = 5 * Self.day + 650
        let found = levels(days: 7, .up, noise: 0.1) { minute, noise in
            let value = 0.003 * noise * ((fault..<fault + 20).contains(minute) ? 2.5 : 1)
            return (value * 1_000).rounded() / 1_000
        }
        #expect(isFound(found, day: 5, minute: 650))
        #expect(alarmMinutes(found[(2 * Self.day)..<fault]) == 0)
    }

    @Test("a version that is faster hides no fault the same evening")
    func faster() {
        let deployed = 5 * Self.day + 600
        let fault = deployed + 8 * 60
        let found = levels(days: 7, .up) { minute, noise in
            0.05 * noise * (minute >= deployed ? 0.5 : 1) * ((fault..<fault + 20).contains(minute) ? 2.2 : 1)
        }
        #expect(isFound(found, day: 5, minute: 600 + 8 * 60))
        #expect(alarmMinutes(found) < 40)
    }

    @Test("a service that begins late is no alarm")
    func late() {
        for minutes in [30, 300] {
            let found = levels(days: 2) { minute, noise in minute < minutes ? 0 : 0.05 * noise }
            // A start out of nothing is news, but none that lasts for hours.
            #expect(alarmMinutes(found) < 120)
            #expect(alarmMinutes(found.suffix(Self.day)) == 0)
        }
    }

    @Test("Monday morning is no incident of hours once two Mondays are known")
    func mondays() {
        let found = levels(days: 29, .up) { minute, noise in
            let isQuiet = minute / Self.day % 7 >= 5 || minute / Self.day % 7 == 0 && minute % Self.day < 480
            return 0.05 * noise * (isQuiet ? 0.5 : 1)
        }
        for monday in [21, 28] {
            #expect(alarmMinutes(found[monday * Self.day..<(monday + 1) * Self.day]) < 30)
        }
    }

    @Test("a clock set back within an incident makes it no new normal")
    func clockSetBack() {
        var baseline = Baseline(BaselineSettings())
        var generator = SeededGenerator(seed: 6)
        var alarms = 0
        for minute in 0..<4 * Self.day + 120 {
            let later = minute - 4 * Self.day
            let value = 0.1 * generator.logNormal(median: 1, sigma: 0.05) * (later >= 0 ? 2.5 : 1)
            // Three hours back after half an hour.
            let instant = GeneratedSeries.instant(later >= 30 ? minute - 180 : minute)
            let assessment = baseline.assess(value, count: 500, at: instant)
            #expect(!assessment.isLevelShift)
            if later >= 5 { alarms += assessment.level >= .warning ? 1 : 0 }
            baseline.learn(value, count: 500, at: instant)
        }
        #expect(alarms == 115)
    }
}
