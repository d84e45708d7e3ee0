import AnomalyDetect
import Telemetry
import Testing

@Suite("Alerts on statistics of an unknown count")
struct UnknownCountTests {
    private static func summary(p99: Double?) -> TimingSummary {
        TimingSummary(
            timing: "latency_seconds", unit: .seconds, labels: AlertFixture.labels,
            summary: WindowSummary(count: nil, spanSeconds: 60, p99: p99))
    }

    @Test("What is stated counts as enough observations")
    func enough() {
        var fixture = AlertFixture([AlertFixture.rule(minCount: 1_000_000)])
        #expect(fixture.evaluate([Self.summary(p99: 150)]).map(\.to) == [.warning])
        #expect(fixture.evaluate([Self.summary(p99: 50)]).map(\.reason) == [.recovered])
    }

    @Test("A statistic that is not stated leaves what fires as it is, until it is missing for too long")
    func absent() {
        var fixture = AlertFixture([AlertFixture.rule()], noDataAfter: 30)
        #expect(fixture.evaluate([Self.summary(p99: 150)]).count == 1)
        #expect(fixture.evaluate([Self.summary(p99: nil)]).isEmpty)
        #expect(fixture.evaluate([]).isEmpty)
        #expect(fixture.evaluate([Self.summary(p99: nil)]).isEmpty)
        #expect(fixture.evaluate([Self.summary(p99: nil)]).map(\.reason) == [.noData])
    }

    @Test("What waits for its time begins anew after a statistic was not stated")
    func pending() {
        var fixture = AlertFixture([AlertFixture.rule(hold: 20)])
        for p99 in [150, 150, nil, 150, 150] as [Double?] {
            #expect(fixture.evaluate([Self.summary(p99: p99)]).isEmpty)
        }
        #expect(fixture.evaluate([Self.summary(p99: 150)]).map(\.to) == [.warning])
    }

    @Test("A rule on the rate has nothing to say")
    func rate() {
        var fixture = AlertFixture([AlertFixture.rule(statistic: .rate, thresholds: [.warning: 0])])
        #expect(fixture.evaluate([Self.summary(p99: 150)]).isEmpty)
    }
}
