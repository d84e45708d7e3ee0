import AnomalyDetect
import Telemetry
import Testing

@Suite("Alert rules on reload")
struct AlertReloadTests {
    private static let warning = AlertFixture.rule(thresholds: [.warning: 100])

    @Test("an alert of an unchanged rule goes on with the same beginning, wherever the rule now stands")
    func unchanged() {
        var fixture = AlertFixture([Self.warning])
        #expect(fixture.run([150]) == ["0 none>warning exceeded"])
        let other = AlertFixture.rule(thresholds: [.info: 1_000])
        #expect(fixture.engine.replace(rules: [other, Self.warning], noDataAfterSeconds: 30).isEmpty)
        let alerts = fixture.engine.snapshot().alerts
        #expect(alerts.map(\.rule) == [1] && alerts.map(\.sinceUnixSeconds) == [0])
        #expect(fixture.run([150, 50]) == ["2 warning>none recovered"])
    }

    @Test("a hold goes on through a reload")
    func pending() {
        var fixture = AlertFixture([AlertFixture.rule(hold: 20)])
        #expect(fixture.run([150, 150]).isEmpty)
        #expect(fixture.engine.replace(rules: [AlertFixture.rule(hold: 20)], noDataAfterSeconds: 30).isEmpty)
        #expect(fixture.run([150]) == ["2 none>warning exceeded"])
    }

    @Test("an alert whose rule changed or went ends, and what was pending ends silently", arguments: [true, false])
    func removed(changed: Bool) {
        let rules = [Self.warning, AlertFixture.rule(hold: 60, thresholds: [.info: 1])]
        var fixture = AlertFixture(rules)
        _ = fixture.show(150)
        let replacement = changed ? [AlertFixture.rule(thresholds: [.warning: 120])] : []
        let changes = fixture.engine.replace(rules: replacement, noDataAfterSeconds: 30)
        #expect(changes.map(\.reason) == [.ruleRemoved] && changes.map(\.from) == [.warning])
        #expect(changes.map(\.to) == [.none] && changes.map(\.value) == [150])
        #expect(fixture.engine.snapshot().alerts.isEmpty)
        #expect(fixture.engine.levels().map(\.level) == (changed ? [.none] : []))
        #expect(fixture.run([150]) == (changed ? ["1 none>warning exceeded"] : []))
    }

    @Test("of two equal rules one can go")
    func twins() {
        var fixture = AlertFixture([Self.warning, Self.warning])
        #expect(fixture.show(150).count == 2)
        #expect(fixture.engine.replace(rules: [Self.warning], noDataAfterSeconds: 30).map(\.reason) == [.ruleRemoved])
        #expect(fixture.run([50]) == ["1 warning>none recovered"])
    }

    @Test("a shorter time to no data holds from the next evaluation")
    func noData() {
        var fixture = AlertFixture([Self.warning], noDataAfter: 1_000)
        #expect(fixture.run([150, .gone, .gone]) == ["0 none>warning exceeded"])
        #expect(fixture.engine.replace(rules: [Self.warning], noDataAfterSeconds: 20).isEmpty)
        #expect(fixture.run([.gone]) == ["3 warning>none noData"])
    }
}
