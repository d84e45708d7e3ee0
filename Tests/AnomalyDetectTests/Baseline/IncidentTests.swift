import AnomalyDetect
import TestSupport
import Testing

@Suite("An incident")
struct IncidentTests {
    /// Four quiet days, then what `factor` makes of the minutes after them.
    private func levels(
        minutes: Int, _ settings: BaselineSettings = BaselineSettings(), factor: (Int) -> Double
    ) -> [Assessment] {
        var baseline = Baseline(settings)
        var generator = SeededGenerator(seed: 3)
        var found: [Assessment] = []
        for minute in 0..<4 * 1_440 + minutes {
            let later = minute - 4 * 1_440
            let usual = 0.1 * generator.logNormal(median: 1, sigma: 0.05)
            let value = usual * (later >= 0 ? factor(later) : 1)
            let instant = GeneratedSeries.instant(minute)
            let assessment = baseline.assess(value, count: 500, at: instant)
            if later >= 0 { found.append(assessment) }
            baseline.learn(value, count: 500, at: instant)
        }
        return found
    }

    @Test("holds its alarm while the series stays slow, and ends with it")
    func hold() {
        let found = levels(minutes: 300) { (60..<240).contains($0) ? 2.5 : 1 }
        #expect(found[61..<240].allSatisfy { $0.level >= .warning })
        #expect(found[..<60].allSatisfy { $0.level < .warning })
        #expect(found[244...].allSatisfy { $0.level < .warning })
    }

    @Test("does not make an alarm of the return to normal", arguments: [BaselineDirection.both, .down])
    func comingBack(direction: BaselineDirection) {
        var settings = BaselineSettings()
        settings.direction = direction
        // Long enough to be the new normal before it ends, where it is an alarm.
        let end = direction == .both ? 9 * 60 : 4 * 60
        let found = levels(minutes: 12 * 60, settings) { (60..<end).contains($0) ? 2.5 : 1 }
        #expect(found[end...].allSatisfy { $0.level < .warning })
    }

    @Test("is none in a direction that nobody minds")
    func direction() {
        var settings = BaselineSettings()
        settings.direction = .up
        #expect(levels(minutes: 60, settings) { _ in 0.3 }.allSatisfy { $0.score == 0 && $0.level == .none })
        #expect(levels(minutes: 60, settings) { _ in 3 }.contains { $0.level >= .warning })
        settings.direction = .down
        #expect(levels(minutes: 60, settings) { _ in 3 }.allSatisfy { $0.score == 0 && $0.level == .none })
        #expect(levels(minutes: 60, settings) { _ in 0.3 }.contains { $0.level >= .warning })
    }

    @Test("is none within the dead bands")
    func deadBands() {
        var settings = BaselineSettings()
        settings.relativeDeadBand = 2
        #expect(levels(minutes: 60, settings) { _ in 2.5 }.allSatisfy { $0.score <= 1 && $0.level == .none })
        settings.relativeDeadBand = 0
        settings.absoluteDeadBand = 0.25
        #expect(levels(minutes: 60, settings) { _ in 2.5 }.allSatisfy { $0.score <= 1 && $0.level == .none })
        settings.absoluteDeadBand = 0.05
        #expect(levels(minutes: 60, settings) { _ in 2.5 }.contains { $0.level >= .warning })
    }

    @Test("needs more where fewer false alarms are put up with")
    func budgets() {
        var strict = BaselineSettings()
        strict.warningsPerDay = 1.0 / 4_000
        strict.criticalsPerDay = 1.0 / 40_000
        let factor: (Int) -> Double = { $0 == 30 ? 1.6 : 1 }
        #expect(levels(minutes: 60, factor: factor)[30].level >= .warning)
        #expect(levels(minutes: 60, strict, factor: factor)[30].level == .info)
    }
}
