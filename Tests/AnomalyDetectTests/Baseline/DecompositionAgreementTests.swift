import TestSupport
import Testing

@testable import AnomalyDetect

@Suite("Learned value by value and fitted at once")
struct DecompositionAgreementTests {
    @Test("a day and a week are the same", arguments: [GeneratedSeries.Kind.daily, .weekly])
    func agreement(kind: GeneratedSeries.Kind) throws {
        let noise = 0.05
        let points = GeneratedSeries(kind, noise: noise).points.filter { $0.minute % 5 == 0 && !$0.isFault }
        var settings = BaselineSettings()
        settings.interval = 300
        var baseline = Baseline(settings)
        var expected: [Double] = []
        for point in points {
            let instant = GeneratedSeries.instant(point.minute)
            expected.append(baseline.assess(point.value, count: 1_000, at: instant).expected)
            baseline.learn(point.value, count: 1_000, at: instant)
        }
        // The scale on which the baseline works: latencies well above its knee are on a logarithmic one.
        let scale = try #require(baseline.scale)
        let fitted = try SeasonalDecomposition.fit(points.map { scale.scaled($0.value) }, periods: [288, 7 * 288])
        let last = points.indices.suffix(3 * 288)
        let differences = last.map { index in
            scale.scaled(expected[index]) - fitted.trend[index] - fitted.seasons.reduce(0) { $0 + $1.values[index] }
        }
        // They differ by less than the noise, of which the level follows a part.
        #expect(deviation(differences, differences.map { _ in 0 }) < noise)
        let fit = last.map { fitted.residual[$0] }
        let online = last.map { scale.scaled(points[$0].value) - scale.scaled(expected[$0]) }
        #expect(deviation(online, online.map { _ in 0 }) < 1.4 * deviation(fit, fit.map { _ in 0 }))
    }
}
