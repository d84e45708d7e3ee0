import AnomalyDetect
import Telemetry
import Testing

@Suite("Rules on silence")
struct AbsenceWatchTests {
    /// Absent after 30 s, that is three windows.
    private static func rule(
        _ timing: String = "latency_*", name: String = AlertRule.absenceName, labels: [String: String] = [:],
        seconds: Double = 30, level: AlertLevel = .warning
    ) -> AlertRule {
        AlertRule(
            name: name, timing: try! Glob(timing), labels: labels.mapValues { try! Glob($0) }, absentSeconds: seconds,
            level: level)
    }

    private struct Bench {
        var watch: AbsenceWatch
        var windows = 0

        init(_ rules: AlertRule..., seriesMax: Int = 10, firingMax: Int = 10) {
            watch = AbsenceWatch(rules: rules, seriesMax: seriesMax, firingMax: firingMax)
        }

        /// Ends a window in which the named timings had observations; the others of `quiet` are there without.
        mutating func window(_ timings: String..., quiet: [String] = [], skipping: Int = 0) -> [String] {
            windows += 1 + skipping
            var summaries = timings.map { AlertFixture.summary(1, timing: $0) }
            summaries += quiet.map { AlertFixture.summary(0, count: 0, timing: $0) }
            return watch.evaluate(summaries, at: AlertFixture.instant(windows)).map(Self.text)
        }

        static func text(_ change: AlertChange) -> String {
            let seen = change.lastSeenUnixSeconds.map { " seen \(Int($0))" } ?? ""
            return "\(change.timing) \(change.from.name)>\(change.to.name) \(change.reason.rawValue)\(seen)"
        }
    }

    @Test("a timing that was seen and stays away fires, and recovers when it comes again")
    func comesAgain() throws {
        var bench = Bench(Self.rule())
        #expect(bench.window("latency_a", "other").isEmpty)
        #expect(bench.window(quiet: ["latency_a"]).isEmpty)
        #expect(bench.window().isEmpty, "whether the series is still kept elsewhere makes no difference")
        #expect(bench.window() == ["latency_a none>warning exceeded seen 1"])
        #expect(bench.window().isEmpty, "it is told once")
        let alert = try #require(bench.watch.alerts.first)
        #expect(bench.watch.alerts.count == 1 && alert.level == .warning && alert.labels == AlertFixture.labels)
        #expect(abs(alert.value - 40) < 0.001 && alert.sinceUnixSeconds == 4 && alert.lastSeenUnixSeconds == 1)
        #expect(bench.window("latency_a") == ["latency_a warning>none recovered seen 1"])
        #expect(bench.watch.alerts.isEmpty)
    }

    @Test("what comes just in time does not fire; the age of the last window within the minute counts")
    func justInTime() {
        var bench = Bench(Self.rule())
        for _ in 0..<10 {
            #expect(bench.window("latency_a").isEmpty)
            #expect(bench.window(skipping: 1).isEmpty)
        }
        var old = AlertFixture.summary(1, timing: "latency_a")
        old.summary.lastWindowAgeSeconds = 40
        let now = AlertFixture.instant(bench.windows + 1)
        #expect(
            bench.watch.evaluate([old], at: now).map(\.reason) == [.exceeded],
            "observations of the trailing minute that are old are no new ones")
    }

    @Test("an alert outlives the series by a day, then ends as no data, and the series is forgotten")
    func day() {
        var bench = Bench(Self.rule(level: .critical), seriesMax: 1)
        _ = bench.window("latency_a")
        #expect(bench.window(skipping: 10) == ["latency_a none>critical exceeded seen 1"])
        #expect(bench.window(skipping: 8_630).isEmpty)
        #expect(bench.window(skipping: 10) == ["latency_a critical>none noData seen 1"])
        #expect(bench.window(skipping: 10).isEmpty)
        // There is room for another.
        #expect(bench.window("latency_b").isEmpty && bench.watch.notEvaluatedTotal == 0)
        #expect(bench.window(skipping: 5) == ["latency_b none>critical exceeded seen \(bench.windows - 6)"])
    }

    @Test("a timing that a rule names is expected from the start on; patterns expect nothing")
    func neverSeen() {
        var bench = Bench(Self.rule("latency_a", labels: ["model": "a", "zone": ""]), Self.rule("latency_?"))
        #expect(bench.window().isEmpty)
        #expect(bench.window().isEmpty && bench.window().isEmpty)
        #expect(bench.window() == ["latency_a none>warning exceeded"])
        #expect(bench.watch.alerts.map(\.labels) == [["model": "a"]])
        #expect(bench.window(skipping: 20_000).isEmpty, "it lasts until the timing comes")
        #expect(bench.window("latency_a") == ["latency_a warning>none recovered"])
        #expect(bench.window(skipping: 3).count == 2, "from then on it is a series as others")
    }

    @Test("the silence of what is remembered from before the start is measured from the start")
    func remembered() {
        var bench = Bench(Self.rule())
        bench.watch.remember("latency_a", AlertFixture.labels, at: AlertFixture.instant(0))
        bench.watch.remember("other", AlertFixture.labels, at: AlertFixture.instant(0))
        #expect(bench.window().isEmpty && bench.window().isEmpty)
        #expect(bench.window() == ["latency_a none>warning exceeded"])
        #expect(bench.window("latency_a") == ["latency_a warning>none recovered"])
    }

    @Test("there are limits on series and on alerts, which are counted")
    func limits() {
        var bench = Bench(Self.rule(), seriesMax: 2, firingMax: 1)
        _ = bench.window("latency_a", "latency_b", "latency_c")
        #expect(bench.watch.notEvaluatedTotal == 1)
        #expect(bench.window(skipping: 3) == ["latency_a none>warning exceeded seen 1"])
        #expect(bench.watch.notEvaluatedTotal == 2)
        #expect(
            bench.window("latency_a") == [
                "latency_a warning>none recovered seen 1", "latency_b none>warning exceeded seen 1",
            ])
    }

    @Test("on a reload alerts of unchanged rules go on, those of others end")
    func reload() {
        let kept = Self.rule("latency_a", name: "Kept")
        var bench = Bench(Self.rule("latency_*", name: "Gone"), kept, Self.rule("never", name: "Never"))
        _ = bench.window("latency_a")
        #expect(bench.window(skipping: 5).count == 3)
        let changes = bench.watch.replace(rules: [kept, Self.rule("latency_*", name: "New", seconds: 3_600)])
        #expect(
            changes.map { "\($0.rule) \($0.reason.rawValue)" }.sorted() == ["Gone ruleRemoved", "Never ruleRemoved"])
        #expect(bench.watch.alerts.map(\.rule) == [0])
        #expect(bench.window("latency_a") == ["latency_a warning>none recovered seen 1"])
    }

    @Test("an engine with such a rule leaves it alone")
    func engine() {
        var fixture = AlertFixture([Self.rule(), AlertFixture.rule(thresholds: [.warning: 100])])
        #expect(fixture.run([150, .empty, .gone]) == ["0 none>warning exceeded"])
        #expect(fixture.engine.levels().count == 1)
    }

    @Test("what fires goes on in the next process, and is measured from the last timing on")
    func resumes() throws {
        var bench = Bench(Self.rule(), Self.rule("never_seconds", name: "Never"))
        _ = bench.window("latency_a")
        #expect(bench.window(skipping: 5).count == 2)
        let kept = bench.watch.continuations()
        #expect(kept.map(\.timing) == ["latency_a", "never_seconds"])
        #expect(kept.map { $0.value == nil } == [false, true], "the second was never seen")

        var next = Bench(Self.rule(), Self.rule("never_seconds", name: "Never"))
        next.windows = bench.windows + 3
        let now = AlertFixture.instant(next.windows)
        let seen = AlertFixture.instant(bench.windows).unixSeconds
        #expect(next.watch.resume(kept, seenUnixSeconds: seen, at: now).isEmpty)
        #expect(next.watch.alerts.map(\.sinceUnixSeconds) == bench.watch.alerts.map(\.sinceUnixSeconds))
        let lastSeen = seen - (try #require(kept[0].value))
        #expect(next.watch.alerts.map(\.lastSeenUnixSeconds) == [lastSeen, nil])
        #expect(next.watch.continuations().map(\.timing) == kept.map(\.timing), "and so for the one after it")
        #expect(next.window().isEmpty, "nothing is told anew")
        #expect(
            next.window("latency_a", "never_seconds") == [
                "latency_a warning>none recovered seen \(Int(lastSeen))", "never_seconds warning>none recovered",
            ])
        #expect(next.watch.alerts.isEmpty)
    }

    @Test("what fires by a rule that is gone in the next process ends")
    func ruleGone() {
        var bench = Bench(Self.rule(), Self.rule("never_seconds", name: "Never"))
        _ = bench.window("latency_a")
        _ = bench.window(skipping: 5)
        var next = Bench(Self.rule(seconds: 40), Self.rule("never_*", name: "Never"))
        let now = AlertFixture.instant(bench.windows)
        let changes = next.watch.resume(bench.watch.continuations(), seenUnixSeconds: now.unixSeconds, at: now)
        #expect(changes.map(\.reason) == [.ruleRemoved, .ruleRemoved])
        #expect(next.watch.alerts.isEmpty)
    }
}
