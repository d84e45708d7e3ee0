import AnomalyDetect
import Testing

@Suite("A baseline over four generated weeks")
struct GeneratedSeriesTests {
    @Test(
        "finds 20 minutes of 1.8 times as much within 10, and says nothing on quiet days",
        arguments: [0.02, 0.05, 0.1].flatMap { noise in
            GeneratedSeries.Kind.allCases.map { GeneratedSeries($0, noise: noise) }
        })
    func fault(series: GeneratedSeries) throws {
        let found = series.assessed()
        let begin = GeneratedSeries.fault.lowerBound
        let first = found.first { $0.point.isFault && $0.assessment.level >= .warning }
        if series.kind != .sparse || series.noise < 0.1 {
            #expect(try #require(first).point.minute - begin < 10)
        }
        // The first weekend of a weekly series is news.
        let quiet = found.filter {
            (series.kind != .weekly && (4..<10).contains($0.point.day)) || (21..<25).contains($0.point.day)
        }
        #expect(quiet.filter { $0.assessment.level >= .warning }.isEmpty)
        // No alarm outlives the fault by more than a few minutes.
        #expect(found.filter { $0.point.minute > begin + 25 && $0.assessment.level >= .warning }.isEmpty)
    }

    @Test("takes a level that lasts for the new one within ten hours, and says so once")
    func level() throws {
        let found = GeneratedSeries(.level).assessed()
        let change = 16 * 1_440
        let alarms = found.filter { (change..<25 * 1_440).contains($0.point.minute) && $0.assessment.level >= .warning }
        #expect(try #require(alarms.first).point.minute - change <= 5)
        // For as long as an incident may be one, without a break.
        let last = try #require(alarms.last).point.minute
        #expect(Double(alarms.count) >= 0.95 * Double(last - change))
        #expect((5 * 60...10 * 60).contains(last - change))
        let shifts = found.filter(\.assessment.isLevelShift)
        #expect(shifts.map(\.point.minute) == [last + 1])
        let after = try #require(found.first { $0.point.minute == change + 1_440 })
        #expect(abs(after.assessment.expected / after.point.value - 1) < 0.2)
    }

    @Test("knows the course of a day and of a week")
    func expected() {
        for kind in [GeneratedSeries.Kind.daily, .weekly] {
            let found = GeneratedSeries(kind, noise: 0.02).assessed().filter { (21..<25).contains($0.point.day) }
            let errors = found.map {
                abs($0.assessment.expected / (0.1 * GeneratedSeries.usual(kind, $0.point.minute)) - 1)
            }
            #expect(errors.reduce(0, +) / Double(errors.count) < 0.015)
            let inside = found.filter { ($0.assessment.lower...$0.assessment.upper).contains($0.point.value) }
            #expect(Double(inside.count) > 0.999 * Double(found.count))
            // The band is no wider than needed: a fault of a third is outside of it.
            let narrow = found.filter {
                $0.assessment.upper < 0.1 * GeneratedSeries.usual(kind, $0.point.minute) * 1.34
            }
            #expect(Double(narrow.count) > 0.99 * Double(found.count))
        }
    }

    @Test("is in local time: when clocks are set, the load comes an hour earlier and nothing is said")
    func daylightSaving() {
        func alarms(offset: (Int) -> Int32) -> Int {
            var baseline = Baseline(BaselineSettings())
            return GeneratedSeries(.clock, noise: 0.02, days: 16).points.reduce(0) { count, point in
                let instant = GeneratedSeries.instant(point.minute, offset: offset(point.minute))
                let score = baseline.assess(point.value, count: 1_000, at: instant).score
                baseline.learn(point.value, count: 1_000, at: instant)
                return count + (point.day >= 14 && score > 0.6 ? 1 : 0)
            }
        }
        #expect(alarms { $0 >= 14 * 1_440 ? 7_200 : 3_600 } == 0)
    }
}
