import AnomalyDetect
import Telemetry
import Testing

@Suite("Alerts after a restart")
struct AlertResumeTests {
    private static let rule = AlertFixture.rule(hold: 20, margin: 0.1)

    /// An engine in the next process: its monotonic clock is another, the wall clock has gone on.
    private static func resumed(
        _ earlier: AlertEngine, _ rules: [AlertRule], seen: Double = 2, at now: Double = 100
    ) -> (engine: AlertEngine, changes: [AlertChange]) {
        var engine = AlertEngine(rules: rules, noDataAfterSeconds: 30)
        let found = engine.resume(
            earlier.continuations(), seenUnixSeconds: seen, at: Instant(monotonicSeconds: 7, unixSeconds: now))
        return (engine, found.changes)
    }

    private static func firing() -> AlertEngine {
        var fixture = AlertFixture([rule])
        #expect(fixture.run([150, 150, 250]) == ["2 none>warning exceeded"])
        return fixture.engine
    }

    private static func evaluate(
        _ engine: inout AlertEngine, _ summaries: [TimingSummary], at seconds: Double
    ) -> [String] {
        engine.evaluate(summaries, at: Instant(monotonicSeconds: 7 + seconds, unixSeconds: 100 + seconds)).map {
            "\($0.from.name)>\($0.to.name) \($0.reason.rawValue) since \($0.sinceUnixSeconds)"
        }
    }

    @Test("what fired goes on with its level and its beginning, and nothing is told")
    func goesOn() {
        let earlier = Self.firing()
        var (engine, changes) = Self.resumed(earlier, [Self.rule])
        #expect(changes.isEmpty)
        let alerts = engine.snapshot().alerts
        #expect(alerts.map(\.level) == [.warning] && alerts.map(\.state) == [.firing])
        #expect(alerts.map(\.sinceUnixSeconds) == [0] && alerts.map(\.value) == [250])
        #expect(alerts.map(\.quietSinceUnixSeconds) == [100])
        #expect(engine.continuations() == earlier.continuations())
        #expect(Self.evaluate(&engine, [AlertFixture.summary(150)], at: 1).isEmpty)
        #expect(engine.snapshot().alerts.map(\.quietSinceUnixSeconds) == [nil])
        #expect(Self.evaluate(&engine, [AlertFixture.summary(95)], at: 2).isEmpty, "within the margin")
        #expect(
            Self.evaluate(&engine, [AlertFixture.summary(90)], at: 3) == ["warning>none recovered since 0.0"])
    }

    @Test("a higher level holds anew before it counts")
    func rises() {
        var (engine, _) = Self.resumed(Self.firing(), [Self.rule])
        #expect(Self.evaluate(&engine, [AlertFixture.summary(250)], at: 1).isEmpty)
        #expect(Self.evaluate(&engine, [AlertFixture.summary(250)], at: 20).isEmpty)
        #expect(Self.evaluate(&engine, [AlertFixture.summary(250)], at: 21) == ["warning>critical exceeded since 0.0"])
    }

    @Test("without data it ends as long after the start as after any other silence", arguments: [true, false])
    func noData(isThere: Bool) {
        var (engine, _) = Self.resumed(Self.firing(), [Self.rule])
        let summaries = isThere ? [AlertFixture.summary(0, count: 0)] : []
        #expect(Self.evaluate(&engine, summaries, at: 10).isEmpty)
        #expect(Self.evaluate(&engine, summaries, at: 29).isEmpty)
        #expect(Self.evaluate(&engine, summaries, at: 30) == ["warning>none noData since 0.0"])
        #expect(engine.snapshot().alerts.isEmpty)
    }

    @Test("a rule with other thresholds is the same rule; one of another name, measure or pattern is not")
    func identity() {
        let earlier = Self.firing()
        let higher = AlertFixture.rule(thresholds: [.warning: 1_000])
        var (engine, changes) = Self.resumed(earlier, [higher])
        #expect(changes.isEmpty)
        #expect(Self.evaluate(&engine, [AlertFixture.summary(250)], at: 1) == ["warning>none recovered since 0.0"])
        var renamed = Self.rule
        renamed.name = "Other"
        var narrowed = Self.rule
        narrowed.labels = ["model": try! Glob("a")]
        for other in [renamed, narrowed, AlertFixture.rule(statistic: .p95)] {
            let (engine, changes) = Self.resumed(earlier, [other])
            #expect(changes.map(\.reason) == [.ruleRemoved] && changes.map(\.from) == [.warning])
            #expect(changes.map(\.sinceUnixSeconds) == [0] && changes.map(\.rule) == [Self.rule.name])
            #expect(engine.snapshot().alerts.isEmpty)
        }
        #expect(Self.resumed(earlier, []).changes.map(\.to) == [.none])
    }

    @Test("what is pending is forgotten, and a clock that was set back harms nothing")
    func pendingAndClock() {
        var fixture = AlertFixture([Self.rule])
        _ = fixture.run([150])
        #expect(fixture.engine.continuations().isEmpty)
        var (engine, _) = Self.resumed(Self.firing(), [Self.rule], seen: 1e9, at: -50)
        #expect(engine.snapshot().alerts.map(\.sinceUnixSeconds) == [0])
        #expect(Self.evaluate(&engine, [AlertFixture.summary(10)], at: 1) == ["warning>none recovered since 0.0"])
    }

    @Test("a limit on alerts holds for those that go on")
    func bounded() {
        var fixture = AlertFixture([AlertFixture.rule()])
        _ = fixture.evaluate((0..<5).map { AlertFixture.summary(150, labels: ["n": "\($0)"]) })
        var engine = AlertEngine(rules: [AlertFixture.rule()], noDataAfterSeconds: 30, statesMax: 3)
        let found = engine.resume(
            fixture.engine.continuations(), seenUnixSeconds: 0, at: Instant(monotonicSeconds: 0, unixSeconds: 1))
        #expect(found.resumed.count == 3 && engine.snapshot().alerts.count == 3)
    }

    // MARK: Learned

    private static func learned(_ level: AlertLevel) -> LearnedLevel {
        LearnedLevel(
            readings: [.init(.p99, level)],
            evidence: LearnedEvidence(
                statistic: .p99, value: 150, expected: 10, lower: 5, upper: 15, score: 3, sigma: 9))
    }

    private static func evaluate(
        _ engine: inout AlertEngine, _ level: LearnedLevel?, value: Double = 150, count: UInt64 = 100,
        at seconds: Double
    ) -> [String] {
        engine.evaluate(
            [AlertFixture.summary(value, count: count)], learned: level.map { [0: $0] } ?? [:],
            at: Instant(monotonicSeconds: 7 + seconds, unixSeconds: 100 + seconds)
        ).map { "\($0.from.name)>\($0.to.name) \($0.reason.rawValue)" }
    }

    @Test("a learned alert goes on until a whole minute can be judged; no judgement is no recovery")
    func learnedLevel() {
        var before = AlertEngine(rules: [.learned], noDataAfterSeconds: 300)
        #expect(Self.evaluate(&before, Self.learned(.critical), at: -50) == ["none>critical exceeded"])
        var (engine, _) = Self.resumed(before, [.learned])
        #expect(engine.snapshot().alerts.map(\.learned) == [Self.learned(.critical).evidence])
        #expect(engine.levels().map(\.level) == [.critical])
        #expect(Self.evaluate(&engine, nil, count: 0, at: 1).isEmpty)
        #expect(Self.evaluate(&engine, nil, at: 2).isEmpty)
        #expect(Self.evaluate(&engine, Self.learned(.info), at: 10).isEmpty, "a part of a minute says little")
        #expect(engine.snapshot().alerts.map(\.level) == [.critical])
        #expect(Self.evaluate(&engine, Self.learned(.critical), at: 20).isEmpty)
        #expect(Self.evaluate(&engine, Self.learned(.warning), at: 60) == ["critical>warning eased"])
        #expect(Self.evaluate(&engine, Self.learned(.none), at: 70) == ["warning>none recovered"])
    }

    @Test("a level that was learned stays with the rule that has taken it over")
    func takenOver() {
        let rules = [AlertFixture.rule(thresholds: [.warning: 100]), .learned]
        var before = AlertEngine(rules: rules, noDataAfterSeconds: 300)
        #expect(Self.evaluate(&before, Self.learned(.critical), at: -50) == ["none>critical exceeded"])
        var (engine, _) = Self.resumed(before, rules)
        #expect(Self.evaluate(&engine, nil, at: 10).isEmpty)
        #expect(Self.evaluate(&engine, Self.learned(.none), at: 20).isEmpty)
        #expect(Self.evaluate(&engine, Self.learned(.none), at: 60) == ["critical>warning eased"])
    }

    // MARK: Signals

    @Test("a counter's rise ends when it lies as far back as the rule looks, though the process has changed")
    func increase() throws {
        let rule = AlertRule(
            name: "R", signal: try Glob("latencyd_events_total"), measure: .increase(overSeconds: 60),
            thresholds: [.warning: 0])
        func evaluate(_ engine: inout AlertEngine, _ value: Double, at seconds: Double) -> [String] {
            let descriptor = MetricDescriptor(.counter, "latencyd_events", help: "C.")
            return engine.evaluate(
                [], signals: [MetricFamily(descriptor, [Sample(["gpu": "0"], value)])],
                at: Instant(monotonicSeconds: seconds, unixSeconds: seconds)
            ).map { "\($0.from.name)>\($0.to.name) \($0.reason.rawValue)" }
        }
        var before = AlertEngine(rules: [rule], noDataAfterSeconds: 300)
        #expect(evaluate(&before, 5, at: 100).isEmpty)
        #expect(evaluate(&before, 8, at: 110) == ["none>warning exceeded"])
        var engine = AlertEngine(rules: [rule], noDataAfterSeconds: 300)
        let found = engine.resume(
            before.continuations(), seenUnixSeconds: 110, at: Instant(monotonicSeconds: 130, unixSeconds: 130))
        #expect(found.resumed.count == 1)
        #expect(evaluate(&engine, 8, at: 140).isEmpty)
        #expect(engine.snapshot().alerts.map(\.value) == [3])
        #expect(evaluate(&engine, 8, at: 165).isEmpty)
        #expect(evaluate(&engine, 8, at: 170) == ["warning>none recovered"])
    }

    // MARK: Groups

    @Test("a group goes on as a group, with those of its series that are still watched")
    func group() {
        func levels(_ level: AlertLevel) -> [Int: LearnedLevel] {
            Dictionary(uniqueKeysWithValues: (0..<12).map { ($0, Self.learned(level)) })
        }
        let summaries = (0..<12).map { AlertFixture.summary(150, labels: ["n": "\($0)"]) }
        func instant(_ seconds: Double) -> Instant { Instant(monotonicSeconds: seconds, unixSeconds: 100 + seconds) }
        var before = AlertEngine(rules: [.learned], noDataAfterSeconds: 300)
        var grouping = AlertGrouping()
        let told = grouping.apply(
            before.evaluate(summaries, learned: levels(.warning), at: instant(0)), at: instant(0))
        #expect(told.map(\.timing) == ["*"])
        let stored = grouping.mark(before.continuations())
        #expect(stored.count == 13 && stored.count(where: \.isGroup) == 1 && stored.count(where: \.isGrouped) == 12)

        var engine = AlertEngine(rules: [.learned], noDataAfterSeconds: 300)
        var next = AlertGrouping()
        let found = engine.resume(stored, seenUnixSeconds: 100, at: instant(20))
        next.resume(stored, series: found.resumed, at: instant(20))
        let alerts = next.apply(engine.snapshot()).alerts
        #expect(alerts.map(\.timing) == ["*"] && alerts.map(\.sinceUnixSeconds) == [100])
        #expect(alerts.map { $0.group?.count } == [12] && alerts.map(\.level) == [.warning])
        #expect(next.mark(engine.continuations()).count == 13)
        func step(_ level: AlertLevel, at seconds: Double) -> [String] {
            next.apply(
                engine.evaluate(summaries, learned: levels(level), at: instant(seconds)), at: instant(seconds)
            ).map { "\($0.timing) \($0.from.name)>\($0.to.name) since \($0.sinceUnixSeconds)" }
        }
        #expect(step(.warning, at: 30).isEmpty)
        #expect(step(.critical, at: 40) == ["* warning>critical since 100.0"])
        #expect(step(.none, at: 80) == ["* critical>none since 100.0"])
    }
}
