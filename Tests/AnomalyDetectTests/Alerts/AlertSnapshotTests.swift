import AnomalyDetect
import Telemetry
import Testing

@Suite("Alert snapshot and levels")
struct AlertSnapshotTests {
    @Test("a snapshot shows what is pending, what fires, and since when it is quiet")
    func snapshot() throws {
        var fixture = AlertFixture([AlertFixture.rule(hold: 10)], noDataAfter: 100)
        #expect(fixture.engine.snapshot().evaluatedAt == nil)
        _ = fixture.show(250)
        var alert = try #require(fixture.engine.snapshot().alerts.first)
        #expect(alert.state == .pending && alert.level == .critical && alert.value == 250)
        #expect(fixture.engine.snapshot().state(ofRule: 0) == .pending)
        _ = fixture.run([260, .empty, .gone])
        alert = try #require(fixture.engine.snapshot().alerts.first)
        #expect(alert.state == .firing && alert.level == .critical && alert.value == 260)
        #expect(alert.sinceUnixSeconds == 0 && alert.quietSinceUnixSeconds == 2)
        #expect(fixture.engine.snapshot().state(ofRule: 0) == .firing)
        #expect(fixture.engine.snapshot().evaluatedAt == AlertFixture.instant(3))
        _ = fixture.show(10)
        #expect(fixture.engine.snapshot().alerts.isEmpty && fixture.engine.snapshot().state(ofRule: 0) == nil)
    }

    @Test("the level of a watched series is there from the first evaluation and goes when the series does")
    func levels() {
        var fixture = AlertFixture([AlertFixture.rule()])
        let shown: [(Shown, [AlertLevel])] = [
            (50, [.none]), (150, [.warning]), (50, [.none]), (.gone, []), (250, [.critical]), (.gone, [.critical]),
            (.gone, [.critical]), (.gone, [.critical]), (.gone, [.none]), (.gone, []),
        ]
        for (window, (value, levels)) in shown.enumerated() {
            _ = fixture.show(value)
            #expect(fixture.engine.levels().map(\.level) == levels, "window \(window)")
        }
    }

    @Test("where several rules watch one statistic the highest level counts, and each statistic is apart")
    func highest() {
        let rules = [
            AlertFixture.rule(thresholds: [.info: 10]), AlertFixture.rule(thresholds: [.critical: 100]),
            AlertFixture.rule(thresholds: [.warning: 20]), AlertFixture.rule(statistic: .rate, thresholds: [.info: 1]),
        ]
        var fixture = AlertFixture(rules)
        _ = fixture.evaluate([
            AlertFixture.summary(150, count: 0, labels: ["n": "0"]),
            AlertFixture.summary(50, count: 90, labels: ["n": "1"]),
            AlertFixture.summary(150, count: 30, labels: ["n": "2"]), AlertFixture.summary(9, timing: "other"),
        ])
        let levels = fixture.engine.levels().map { "\($0.labels["n"] ?? "") \($0.statistic) \($0.level)" }
        #expect(
            levels == ["0 p99 none", "0 rate none", "1 p99 warning", "1 rate info", "2 p99 critical", "2 rate none"])
    }
}
