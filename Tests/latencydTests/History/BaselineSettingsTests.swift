import AnomalyDetect
import Telemetry
import Testing

@testable import latencyd

@Suite("What baselines are told by the configuration")
struct BaselineSettingsTests {
    @Test("directions and dead bands follow the statistic and the unit")
    func statistics() {
        let cases: [(Statistic, MetricUnit, BaselineDirection, Double)] = [
            (.p50, .seconds, .up, 0.000_1), (.p95, .seconds, .up, 0.000_1), (.p99, .bytes, .up, 0),
            (.stddev, .seconds, .both, 0.000_1), (.rate, .seconds, .both, 0), (.p99, .none, .up, 0),
        ]
        for (statistic, unit, direction, absolute) in cases {
            let settings = BaselineSettings(DetectionConfiguration(), statistic, unit)
            #expect(settings.direction == direction, "\(statistic)")
            #expect(settings.absoluteDeadBand == absolute, "\(statistic) \(unit)")
            #expect(settings.relativeDeadBand == 0.1)
            #expect(settings.seasons == [.day, .week])
        }
    }

    @Test("values of files have no dead bands, and the whole budget of a series")
    func files() {
        let settings = BaselineSettings(DetectionConfiguration(seasons: [.week]), direction: .both)
        #expect(settings.seasons == [.week])
        #expect(settings.relativeDeadBand == 0 && settings.absoluteDeadBand == 0)
        #expect(abs(settings.warningsPerDay - 1 / 7.0) < 1e-12)
        #expect(abs(settings.criticalsPerDay - 1 / 30.0) < 1e-12)
    }

    @Test(
        "all statistics of all series together keep to the daemon's budget",
        arguments: [1, 2, 7, 8, 100, 500, 20_000])
    func total(count: Int) {
        let detection = DetectionConfiguration()
        let share = detection.falseAlarms.share(among: count)
        let settings = LearnedSeries.alertingStatistics.map { BaselineSettings(detection, $0, .seconds, share: share) }
        let warnings = settings.reduce(0) { $0 + $1.warningsPerDay } * Double(count)
        #expect(warnings <= 1 + 1e-9)
        #expect(abs(warnings - min(Double(count) / 7, 1)) < 1e-9, "few series have their own budgets")
        let ratio = settings[0].criticalsPerDay / settings[0].warningsPerDay
        #expect(abs(ratio - 7 / 30.0) < 1e-9, "critical ones stay as seldom beside warnings")
    }
}
