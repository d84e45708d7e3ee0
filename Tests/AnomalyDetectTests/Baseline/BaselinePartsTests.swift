import TestSupport
import Testing

@testable import AnomalyDetect

@Suite("The parts of a baseline")
struct BaselinePartsTests {
    @Test("The recent median is that of the last values", arguments: [1, 2, 5, 30])
    func median(capacity: Int) {
        var generator = SeededGenerator(seed: 9)
        var recent = RecentMedian(capacity: capacity)
        var values: [Double] = []
        #expect(recent.median == nil)
        for _ in 0..<400 {
            let value = Double(generator.next(below: 12))
            values.append(value)
            recent.add(value)
            let last = values.suffix(capacity).sorted()
            let middle = last.count / 2
            #expect(recent.median == (last.count % 2 == 1 ? last[middle] : (last[middle - 1] + last[middle]) / 2))
            #expect(recent.ordered == Array(values.suffix(capacity)))
        }
    }

    @Test("A scale is logarithmic where values are positive, and turns back what it scaled")
    func scale() {
        let latencies = ValueScale([0.1, 0.2, 0.15])
        #expect(latencies.isLogarithmic)
        #expect(!ValueScale([0.1, -0.2, 0.15]).isLogarithmic)
        #expect(!ValueScale([0, 0, 0]).isLogarithmic)
        for value in [0, 1e-6, 0.1, 5, 1e9] {
            #expect(abs(latencies.value(latencies.scaled(value)) - value) <= 1e-9 * value)
        }
        // Well above the knee equal factors are equal distances.
        let distances = [1.0, 10, 100].map { latencies.scaled(2 * $0) - latencies.scaled($0) }
        #expect(abs(distances[0] - distances[2]) < 0.001)
        #expect(latencies.value(-1) == 0)
    }

    @Test("A threshold rises with how often a series bursts, not with how long or how far")
    func episodes() {
        func threshold(_ burst: (Int) -> Double) -> Double {
            var rate = EpisodeRate(perWeek: 14)
            for minute in 0..<28 * 1_440 { rate.add(burst(minute), at: Int64(minute) * 60) }
            return rate.threshold
        }
        #expect(threshold { _ in 1 } == EpisodeRate.prior)
        // One incident of a whole day.
        #expect(threshold { (20_000..<21_440).contains($0) ? 50 : 1 } == EpisodeRate.prior)
        // Every hour.
        #expect(abs(threshold { $0 % 60 == 0 ? 20 : 1 } / 20 - 1) < 0.06)
        // Every hour, of which one in two is small: what is crossed twice a day counts.
        #expect(abs(threshold { $0 % 120 == 0 ? 20 : $0 % 120 == 60 ? 8 : 1 } / 20 - 1) < 0.06)
    }

    @Test("What was often forgets")
    func forgetting() {
        var rate = EpisodeRate(perWeek: 14)
        for minute in 0..<14 * 1_440 { rate.add(minute % 60 == 0 ? 30 : 1, at: Int64(minute) * 60) }
        #expect(rate.threshold > 25)
        for minute in 14 * 1_440..<400 * 1_440 where minute % 30 == 0 { rate.add(1, at: Int64(minute) * 60) }
        #expect(rate.threshold == EpisodeRate.prior)
    }

    @Test("What the day brings some minutes earlier or later passes")
    func neighbours() {
        var profile = SeasonalProfile(interval: 60)
        for _ in 0..<10 {
            for phase in 0..<1_440 {
                profile.learnDay(phase == 720 ? 2 : 0, phase: phase, reach: .infinity, weight: 1)
            }
        }
        let near = profile.expected(713)
        #expect(near.value + near.above > 1.9)
        #expect(profile.expected(700).above == 0)
        #expect(profile.expected(720).value < 0.5)
        // Midnight has neighbours on both sides.
        profile.learnDay(40, phase: 0, reach: .infinity, weight: 1)
        #expect(profile.expected(1_437).above > 5)
    }

    @Test("Fewer false alarms take a higher score")
    func thresholds() {
        #expect(AlarmThresholds.score(1.0 / 7) == AlarmThresholds.onceAWeek)
        let scores = [1, 1.0 / 7, 1.0 / 30, 1.0 / 300, 0].map(AlarmThresholds.score)
        #expect(scores == scores.sorted())
        #expect(Set(scores).count == scores.count)
    }
}
