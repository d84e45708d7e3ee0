import AnomalyDetect
import TestSupport
import Testing

@Suite("A baseline that is fed what no series is")
struct BaselineHostileTests {
    private static let values: [Double] = [
        0, -0.0, 1, -1, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, 1e-300, 1e150, -1e150, 1e308, 1e-12, 0.1, 0.1, 0.1,
    ]

    @Test("goes on with finite scores")
    func values() {
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var baseline = Baseline(BaselineSettings())
            var time: Int64 = 1_788_134_400
            for _ in 0..<600 {
                let value = Self.values[generator.next(below: Self.values.count)]
                let count = [0, 1, 1e18, .nan, -5, .infinity][generator.next(below: 6)]
                time &+= [60, 60, 60, 0, -3_600, 86_400, 10_000_000][generator.next(below: 7)]
                let instant = LocalInstant(unix: time, offset: Int32(generator.next(below: 100_000)) - 50_000)
                let assessment = baseline.assess(value, count: count, at: instant)
                #expect(assessment.score.isFinite && assessment.score >= 0)
                baseline.learn(value, count: count, at: instant)
            }
            #expect(Baseline(decoding: baseline.encoded(), settings: BaselineSettings()) != nil)
        }
    }

    @Test("is of use again after junk", arguments: [1e30, -1e30, 1e150, 0, 1e-300])
    func recovery(junk: Double) {
        var baseline = Baseline(BaselineSettings())
        var generator = SeededGenerator(seed: 2)
        for minute in 0..<5 * 1_440 {
            let value = (1_000..<1_020).contains(minute) ? junk : generator.logNormal(median: 0.2, sigma: 0.1)
            baseline.learn(value, count: 100, at: GeneratedSeries.instant(minute))
        }
        let instant = GeneratedSeries.instant(5 * 1_440)
        #expect(baseline.assess(0.2, count: 100, at: instant).score < 0.7)
        #expect(baseline.assess(0.6, count: 100, at: instant).level >= .warning)
    }

    @Test("takes intervals of any length", arguments: [0, -1, .nan, .infinity, 1e-9, 1, 60, 3_600, 86_400, 1e9])
    func intervals(interval: Double) {
        var settings = BaselineSettings()
        settings.interval = interval
        var baseline = Baseline(settings)
        for point in 0..<500 { baseline.learn(1, count: 1, at: GeneratedSeries.instant(point * 7)) }
        #expect(baseline.assess(1, count: 1, at: GeneratedSeries.instant(4_000)).score == 0)
        #expect(Baseline(decoding: baseline.encoded(), settings: settings)?.state == baseline.state)
    }

    @Test("counts the time that long intervals take")
    func longIntervals() {
        var settings = BaselineSettings()
        settings.interval = 3_600
        var baseline = Baseline(settings)
        for hour in 0..<49 { baseline.learn(1 + Double(hour % 3), count: 1, at: GeneratedSeries.instant(hour * 60)) }
        #expect(baseline.state == .daily)
        #expect(baseline.next?.seconds == Double((14 * 24 - 49) * 3_600))
    }

    @Test("passes over moments that no clock shows", arguments: [Int64.min, .min + 1, .max, 2_000_000_000_000])
    func moments(unix: Int64) {
        var baseline = Baseline(BaselineSettings())
        for minute in 0..<3_000 {
            baseline.learn(
                minute < 2_990 ? 1 + Double(minute % 7) / 50 : 9, count: 1, at: GeneratedSeries.instant(minute))
        }
        let before = baseline.encoded()
        let instant = LocalInstant(unix: unix, offset: 3_600)
        #expect(baseline.assess(9, count: 1, at: instant).expected.isNaN)
        baseline.learn(9, count: 1, at: instant)
        #expect(baseline.encoded() == before)
    }

    @Test("is not thrown off by a clock that is set back and forth")
    func clock() {
        var baseline = Baseline(BaselineSettings())
        var generator = SeededGenerator(seed: 4)
        var alarms = 0
        for minute in 0..<4 * 1_440 {
            // An hour back every five hours, and forth again.
            let shown = minute / 300 % 2 == 1 ? minute - 60 : minute
            let value = generator.logNormal(median: 0.2, sigma: 0.1)
            let instant = GeneratedSeries.instant(shown)
            if baseline.assess(value, count: 100, at: instant).level >= .warning { alarms += 1 }
            baseline.learn(value, count: 100, at: instant)
        }
        #expect(alarms == 0)
        #expect(baseline.state == .daily)
    }
}
