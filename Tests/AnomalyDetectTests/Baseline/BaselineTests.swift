import AnomalyDetect
import TestSupport
import Testing

@Suite("A baseline")
struct BaselineTests {
    private func noise(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.logNormal(median: 0.2, sigma: 0.1) }
    }

    @Test("says nothing before ten minutes, and finds what is far off after them")
    func beginning() {
        var baseline = Baseline(BaselineSettings())
        for (minute, value) in noise(10).enumerated() {
            #expect(baseline.state == .learning)
            #expect(baseline.assess(50, count: 100, at: GeneratedSeries.instant(minute)).score == 0)
            #expect(baseline.assess(50, count: 100, at: GeneratedSeries.instant(minute)).expected.isNaN)
            #expect(baseline.next?.state == .level)
            #expect(baseline.next?.seconds == Double(10 - minute) * 60)
            baseline.learn(value, count: 100, at: GeneratedSeries.instant(minute))
        }
        #expect(baseline.state == .level)
        #expect(baseline.assess(0.2, count: 100, at: GeneratedSeries.instant(10)).level == .none)
        #expect(baseline.assess(50, count: 100, at: GeneratedSeries.instant(10)).score > 1)
    }

    @Test(
        "passes from one state to the next as it learns",
        arguments: [
            ([BaselineSeason.day, .week], [BaselineState.level, .level, .daily, .daily, .weekly]),
            ([.day], [.level, .level, .daily, .daily, .daily]),
            ([], [.level, .level, .level, .level, .level]),
        ])
    func states(seasons: [BaselineSeason], expected: [BaselineState]) {
        var settings = BaselineSettings()
        settings.seasons = Set(seasons)
        settings.interval = 300
        var baseline = Baseline(settings)
        var states: [BaselineState] = []
        for point in 0..<15 * 288 {
            baseline.learn(0.2, count: 100, at: GeneratedSeries.instant(point * 5))
            if [287, 2 * 288 - 2, 2 * 288 - 1, 14 * 288 - 2, 14 * 288 - 1].contains(point) {
                states.append(baseline.state)
            }
        }
        #expect(states == expected)
        #expect(baseline.next == nil || seasons != [.day, .week])
    }

    @Test("judges by the past only: to assess changes nothing that is known")
    func assessing() {
        var baseline = Baseline(BaselineSettings())
        var other = baseline
        for (minute, value) in noise(3_000).enumerated() {
            let instant = GeneratedSeries.instant(minute)
            let first = baseline.assess(value, count: 100, at: instant)
            _ = baseline.assess(9, count: 3, at: instant)
            _ = baseline.assess(value * 2, count: 100, at: GeneratedSeries.instant(minute + 500))
            #expect(baseline.assess(value, count: 100, at: instant).isSame(as: first))
            baseline.learn(value, count: 100, at: instant)
            other.learn(value, count: 100, at: instant)
        }
        #expect(baseline.encoded() == other.encoded())
    }

    @Test("minds a value less that few observations are behind")
    func counts() {
        var baseline = Baseline(BaselineSettings())
        for (minute, value) in noise(5_000).enumerated() {
            baseline.learn(value, count: 1_000, at: GeneratedSeries.instant(minute))
        }
        let instant = GeneratedSeries.instant(5_000)
        let many = baseline.assess(0.4, count: 1_000, at: instant)
        let few = baseline.assess(0.4, count: 10, at: instant)
        #expect(many.score > 1)
        #expect(few.score < 0.3)
        #expect(few.upper > many.upper)
        #expect(abs(many.sigma / few.sigma - 10) < 0.01)
    }

    @Test("does not explode on a series that never moved")
    func constant() {
        for value in [0, 3, -3, 1e-9, 1e9] {
            var baseline = Baseline(BaselineSettings())
            for minute in 0..<4_000 { baseline.learn(value, count: 10, at: GeneratedSeries.instant(minute)) }
            let instant = GeneratedSeries.instant(4_000)
            #expect(baseline.assess(value, count: 10, at: instant).score == 0)
            #expect(baseline.assess(value * 1.02, count: 10, at: instant).score < 1)
            if value != 0 { #expect(baseline.assess(value * 1.8, count: 10, at: instant).level >= .warning) }
        }
    }

    @Test("does not learn that a burst is usual from one, however long")
    func oneIncident() {
        var baseline = Baseline(BaselineSettings())
        let values = noise(6 * 1_440)
        for (minute, value) in values.enumerated() {
            let isBurst = (4 * 1_440..<4 * 1_440 + 120).contains(minute)
            baseline.learn(isBurst ? value * 4 : value, count: 100, at: GeneratedSeries.instant(minute))
        }
        #expect(baseline.assess(0.4 * 2, count: 100, at: GeneratedSeries.instant(6 * 1_440)).level >= .warning)
    }

    @Test("gets used to bursts that come every other hour")
    func manyBursts() {
        var baseline = Baseline(BaselineSettings())
        var late = 0
        for (minute, value) in noise(14 * 1_440).enumerated() {
            let isBurst = minute % 127 == 5
            let instant = GeneratedSeries.instant(minute)
            let level = baseline.assess(isBurst ? value * 3 : value, count: 100, at: instant).level
            if minute > 12 * 1_440, level >= .warning { late += 1 }
            baseline.learn(isBurst ? value * 3 : value, count: 100, at: instant)
        }
        #expect(late == 0)
    }
}

extension Assessment {
    /// Equal, or both without an expectation.
    func isSame(as other: Assessment) -> Bool { self == other || (expected.isNaN && other.expected.isNaN) }
}
