import AnomalyDetect
import Telemetry
import TestSupport
import Testing

@Suite("Alert engine")
struct AlertEngineTests {
    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rule: AlertRule
        let values: [Shown]
        let changes: [String]

        init(_ description: String, _ rule: AlertRule, _ values: [Shown], _ changes: [String]) {
            testDescription = description
            self.rule = rule
            self.values = values
            self.changes = changes
        }
    }

    static let risesAndFalls: [Course] = [
        Course(
            "at once without a hold", AlertFixture.rule(), [50, 150, 50],
            ["1 none>warning exceeded", "2 warning>none recovered"]),
        Course(
            "exactly when the hold has passed", AlertFixture.rule(hold: 30), [150, 150, 150, 150, 150],
            ["3 none>warning exceeded"]),
        Course(
            "not one window short of the hold", AlertFixture.rule(hold: 30), [150, 150, 150, 50, 150, 150, 150], []),
        Course(
            "a hold between two windows waits for the later", AlertFixture.rule(hold: 25), [150, 150, 150, 150],
            ["3 none>warning exceeded"]),
        Course(
            "through the levels", AlertFixture.rule(hold: 10), [150, 150, 250, 250],
            ["1 none>warning exceeded", "3 warning>critical exceeded"]),
        Course("straight to critical", AlertFixture.rule(hold: 20), [250, 250, 250], ["2 none>critical exceeded"]),
        Course(
            "to the level that has lasted", AlertFixture.rule(hold: 20), [150, 250, 250, 250],
            ["2 none>warning exceeded", "3 warning>critical exceeded"]),
        Course(
            "down by one level", AlertFixture.rule(), [250, 150, 50],
            ["0 none>critical exceeded", "1 critical>warning eased", "2 warning>none recovered"]),
        Course(
            "down by all levels in one change", AlertFixture.rule(), [250, 50],
            ["0 none>critical exceeded", "1 critical>none recovered"]),
        Course(
            "down to the highest level that holds within its margin", AlertFixture.rule(margin: 0.1), [250, 95, 90],
            ["0 none>critical exceeded", "1 critical>warning eased", "2 warning>none recovered"]),
        Course(
            "no flapping on the edge", AlertFixture.rule(margin: 0.1), [101, 99, 101, 91, 109, 90, 99],
            ["0 none>warning exceeded", "5 warning>none recovered"]),
        Course(
            "no flapping between levels", AlertFixture.rule(margin: 0.1), [201, 181, 201, 180],
            ["0 none>critical exceeded", "3 critical>warning eased"]),
        Course(
            "margin 0 follows the threshold", AlertFixture.rule(), [101, 100, 101],
            ["0 none>warning exceeded", "1 warning>none recovered", "2 none>warning exceeded"]),
        Course("a value at the threshold is not over", AlertFixture.rule(), [100, 100], []),
        Course(
            "a margin does not let an alert begin below its threshold", AlertFixture.rule(margin: 0.5), [99, 99], []),
        Course(
            "a level left must be held anew", AlertFixture.rule(hold: 20), [250, 250, 250, 150, 250, 250, 250],
            ["2 none>critical exceeded", "3 critical>warning eased", "6 warning>critical exceeded"]),
        Course("an infinite value fires", AlertFixture.rule(), [.value(.infinity)], ["0 none>critical exceeded"]),
        Course(
            "info alone", AlertFixture.rule(thresholds: [.info: 10]), [1e9, 1],
            ["0 none>info exceeded", "1 info>none recovered"]),
    ]

    static let withoutData: [Course] = [
        Course(
            "a pending alert ends silently and begins anew", AlertFixture.rule(hold: 20),
            [150, 150, .empty, 150, 150, 150], ["5 none>warning exceeded"]),
        Course(
            "a pending alert ends silently when the series is gone", AlertFixture.rule(hold: 20),
            [150, 150, .gone, 150, 150, 150], ["5 none>warning exceeded"]),
        Course(
            "a firing alert ends as no data", AlertFixture.rule(), [150, .empty, .empty, .empty, .empty, .empty],
            ["0 none>warning exceeded", "4 warning>none noData"]),
        Course(
            "a firing alert whose series is gone ends as no data", AlertFixture.rule(),
            [250, .gone, .empty, .gone, .gone, .gone], ["0 none>critical exceeded", "4 critical>none noData"]),
        Course(
            "data in time goes on where it was", AlertFixture.rule(),
            [150, .empty, .gone, .empty, 150, .empty, .empty, .empty, 50],
            ["0 none>warning exceeded", "8 warning>none recovered"]),
        Course(
            "a rise that was pending begins anew after quiet", AlertFixture.rule(hold: 20),
            [150, 150, 150, 250, .empty, 250, 250, 250], ["2 none>warning exceeded", "7 warning>critical exceeded"]),
        Course(
            "after no data the next alert is a new one", AlertFixture.rule(hold: 10),
            [150, 150, .gone, .gone, .gone, .gone, 150, 150],
            ["1 none>warning exceeded", "5 warning>none noData", "7 none>warning exceeded"]),
        Course("NaN never fires", AlertFixture.rule(), [.value(.nan), .value(.nan)], []),
        Course("NaN does not recover", AlertFixture.rule(), [150, .value(.nan), 150], ["0 none>warning exceeded"]),
        Course("too few observations do not fire", AlertFixture.rule(minCount: 20), [.few(500), .few(500)], []),
        Course(
            "too few observations do not recover", AlertFixture.rule(minCount: 20), [150, .few(1), .few(1), 150, 50],
            ["0 none>warning exceeded", "4 warning>none recovered"]),
        Course(
            "too few observations neither end nor complete a hold", AlertFixture.rule(hold: 20, minCount: 20),
            [150, .few(1), .few(1), 150], ["3 none>warning exceeded"]),
        Course(
            "too few observations for too long are no data", AlertFixture.rule(minCount: 20),
            [150, .few(1), .few(1), .few(1), .few(1), .few(1)], ["0 none>warning exceeded", "4 warning>none noData"]),
    ]

    @Test("an alert follows its value", arguments: risesAndFalls + withoutData)
    func follows(course: Course) {
        var fixture = AlertFixture([course.rule])
        #expect(fixture.run(course.values) == course.changes)
    }

    @Test("a change tells the value, the threshold crossed and since when")
    func tells() throws {
        var fixture = AlertFixture([
            AlertFixture.rule(hold: 20, thresholds: [.info: 50, .warning: 100, .critical: 200])
        ])
        var changes: [AlertChange] = []
        for value in [60.0, 110, 110, 210, 210, 210, 60, 10] { changes += fixture.show(.value(value)) }
        #expect(changes.map(\.to) == [.info, .warning, .critical, .info, .none])
        #expect(changes.map(\.value) == [110, 210, 210, 60, 10])
        #expect(changes.map { $0.threshold?.value } == [50, 100, 200, 100, 50])
        #expect(changes.map { $0.threshold?.level } == [.info, .warning, .critical, .warning, .info])
        #expect(changes.map(\.sinceUnixSeconds) == [0, 0, 0, 0, 0])
        #expect(changes.map(\.overSinceUnixSeconds) == [0, 1, 3, nil, nil])
        #expect(changes.map(\.atUnixSeconds) == [2, 3, 5, 6, 7])
        let first = try #require(changes.first)
        #expect(first.rule == "LatencyAbnormal" && first.timing == "latency_seconds" && first.unit == .seconds)
        #expect(first.labels == AlertFixture.labels && first.measure.statistic == .p99)
    }

    @Test("a rate of 0 is a value as long as the series lives, whatever the least count")
    func rate() {
        let rule = AlertFixture.rule(minCount: 20, statistic: .rate, thresholds: [.warning: 1])
        var fixture = AlertFixture([rule])
        #expect(fixture.evaluate([AlertFixture.summary(0, count: 120)]).map(\.reason) == [.exceeded])
        #expect(fixture.evaluate([AlertFixture.summary(0, count: 0)]).map(\.reason) == [.recovered])
        #expect(fixture.evaluate([AlertFixture.summary(0, count: 120)]).map(\.value) == [2])
        for _ in 0..<3 { #expect(fixture.evaluate([]).isEmpty) }
        #expect(fixture.evaluate([]).map(\.reason) == [.noData])
    }

    @Test("a rule watches the timings and labels that its globs match, a missing label being empty")
    func selects() throws {
        let rule = AlertRule(
            timing: try Glob("latency_*"), labels: ["model": try Glob("{a,b}"), "zone": try Glob("")], statistic: .p99,
            thresholds: [.info: 1])
        var fixture = AlertFixture([rule])
        let changes = fixture.evaluate([
            AlertFixture.summary(2, labels: ["model": "a"]),
            AlertFixture.summary(2, labels: ["model": "b", "other": "x"]),
            AlertFixture.summary(2, labels: ["model": "c"]),
            AlertFixture.summary(2, labels: ["model": "a", "zone": "z"]),
            AlertFixture.summary(2, labels: [:]),
            AlertFixture.summary(2, timing: "other_seconds"),
        ])
        #expect(changes.map(\.labels) == [["model": "a"], ["model": "b", "other": "x"]])
    }

    @Test("series that come, go and change places keep their own states")
    func shuffled() {
        var fixture = AlertFixture([AlertFixture.rule()], noDataAfter: 1_000)
        var generator = SeededGenerator(seed: 3)
        var expected: [String: AlertLevel] = [:]
        for _ in 0..<200 {
            let present = (0..<20).filter { _ in generator.next(below: 4) > 0 }.shuffled(using: &generator)
            let summaries = present.map { number in
                AlertFixture.summary(Double(generator.next(below: 3)) * 100 + 50, labels: ["n": "\(number)"])
            }
            for summary in summaries {
                let value = summary.summary.p99 ?? 0
                expected[summary.labels["n"] ?? ""] = value > 200 ? .critical : value > 100 ? .warning : AlertLevel.none
            }
            _ = fixture.evaluate(summaries)
            let firing = fixture.engine.snapshot().alerts.map { ($0.labels["n"] ?? "", $0.level) }
            #expect(Dictionary(uniqueKeysWithValues: firing) == expected.filter { $0.value > .none })
        }
    }

    @Test("of two summaries of one series the first counts")
    func repeated() {
        var fixture = AlertFixture([AlertFixture.rule()])
        let changes = fixture.evaluate([AlertFixture.summary(150), AlertFixture.summary(250)])
        #expect(changes.map(\.to) == [.warning])
    }

    @Test("beyond the limit of states nothing new begins, and it is counted")
    func limited() {
        var fixture = AlertFixture([AlertFixture.rule()], statesMax: 2)
        let summaries = (0..<5).map { AlertFixture.summary(150, labels: ["n": "\($0)"]) }
        #expect(fixture.evaluate(summaries).count == 2)
        #expect(fixture.engine.notEvaluatedTotal == 3)
        #expect(fixture.evaluate(Array(summaries.dropFirst())).isEmpty)
        #expect(fixture.engine.snapshot().alerts.count == 2)
        // As soon as one has recovered there is room for another.
        #expect(
            fixture.evaluate([AlertFixture.summary(1, labels: ["n": "1"]), summaries[4]]).map(\.to) == [
                .none, .warning,
            ])
    }
}
