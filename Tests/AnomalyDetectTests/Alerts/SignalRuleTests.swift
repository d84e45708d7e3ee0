import Telemetry
import Testing

@testable import AnomalyDetect

@Suite("Rules on signals")
struct SignalRuleTests {
    /// A gauge and a counter with one series each, evaluated every 10 s.
    private struct Course {
        var engine: AlertEngine
        var window = 0
        static let gauge = MetricDescriptor(.gauge, "latencyd_gauge", help: "G.")
        static let counter = MetricDescriptor(.counter, "latencyd_events", help: "C.")

        init(_ rules: [AlertRule], noDataAfter: Double = 30) {
            engine = AlertEngine(rules: rules, noDataAfterSeconds: noDataAfter)
        }

        /// Shows the value, or nothing, and gives the changes as `window from>to value`.
        mutating func show(
            _ value: Double?, of descriptor: MetricDescriptor = Course.gauge, createdSeconds: Double? = nil
        ) -> [String] {
            let samples = value.map { [Sample(["gpu": "0"], $0, createdSeconds: createdSeconds)] } ?? []
            let now = Instant(monotonicSeconds: 50.5 + Double(window) * 10, unixSeconds: Double(window) * 10)
            let changes = engine.evaluate([], signals: [MetricFamily(descriptor, samples)], at: now)
            defer { window += 1 }
            return changes.map { "\(window) \($0.from.name)>\($0.to.name) \($0.value.map { "\($0)" } ?? "-")" }
        }

        mutating func run(_ values: [Double?], of descriptor: MetricDescriptor = Course.gauge) -> [String] {
            values.flatMap { show($0, of: descriptor) }
        }
    }

    private static func rule(
        _ signal: String = "latencyd_gauge", _ measure: AlertMeasure = .value, _ direction: AlertDirection = .above,
        _ thresholds: [AlertLevel: Double] = [.warning: 10, .critical: 20], hold: Double = 0, margin: Double = 0,
        labels: [String: String] = [:]
    ) -> AlertRule {
        AlertRule(
            name: "R", signal: try! Glob(signal), labels: labels.mapValues { try! Glob($0) }, measure: measure,
            direction: direction, thresholds: thresholds, holdForSeconds: hold, recoveryMargin: margin)
    }

    @Test("rise and fall as those on timings do")
    func above() {
        var course = Course([Self.rule(margin: 0.1)])
        #expect(
            course.run([10, 11, 25, 19, 17, 9.5, 9]) == [
                "1 none>warning 11.0", "2 warning>critical 25.0", "4 critical>warning 17.0", "6 warning>none 9.0",
            ])
    }

    @Test("below a threshold are the mirror of those above it")
    func below() {
        var course = Course([Self.rule("latencyd_gauge", .value, .below, [.warning: 10, .critical: 5], margin: 0.1)])
        #expect(
            course.run([10, 9, 4, 5.2, 5.6, 10.5, 11]) == [
                "1 none>warning 9.0", "2 warning>critical 4.0", "4 critical>warning 5.6", "6 warning>none 11.0",
            ])
    }

    @Test("a threshold of 0 is left at once, whatever the margin")
    func zero() {
        var course = Course([Self.rule("latencyd_gauge", .value, .above, [.critical: 0], margin: 0.5)])
        #expect(course.run([0, 1, 0]) == ["1 none>critical 1.0", "2 critical>none 0.0"])
    }

    @Test("hold, and begin anew when the signal is gone; what fires ends for want of data")
    func hold() {
        var held = Course([Self.rule(hold: 20)])
        #expect(held.run([15, 15, nil, 15, 15, 15]) == ["5 none>warning 15.0"])
        var gone = Course([Self.rule()])
        #expect(gone.run([15, nil, nil, nil, nil, nil]) == ["0 none>warning 15.0", "4 warning>none -"])
    }

    @Test("only series whose labels match are watched, and no timing is")
    func labels() {
        var other = Course([Self.rule(labels: ["gpu": "1"])])
        #expect(other.run([15]) == [])
        var engine = AlertEngine(rules: [Self.rule("*")], noDataAfterSeconds: 30)
        let timing = TimingSummary(
            timing: "a_seconds", unit: .seconds, labels: [:], summary: WindowSummary(count: 9, spanSeconds: 60, p99: 99)
        )
        #expect(engine.evaluate([timing], at: Instant(monotonicSeconds: 1, unixSeconds: 1)).isEmpty)
        var timings = AlertEngine(
            rules: [AlertRule(timing: try! Glob("*"), statistic: .p99, thresholds: [.info: 1])], noDataAfterSeconds: 30)
        let family = MetricFamily(Course.gauge, [Sample([:], 99)])
        #expect(timings.evaluate([], signals: [family], at: Instant(monotonicSeconds: 1, unixSeconds: 1)).isEmpty)
    }

    private static let increase = rule(
        "latencyd_events_total", .increase(overSeconds: 30), .above, [.warning: 0, .critical: 5])

    @Test("an increase is that of the trailing time, and what was counted before is nobody's concern")
    func rises() {
        var course = Course([Self.increase])
        #expect(
            course.run([100, 100, 101, 101, 101, 101, 107, 107, 107, 107], of: Course.counter) == [
                "2 none>warning 1.0", "5 warning>none 0.0", "6 none>critical 6.0", "9 critical>none 0.0",
            ])
    }

    @Test("a rise that is too small is known only when the whole trailing time was seen")
    func tooSmall() {
        let rule = Self.rule("latencyd_events_total", .increase(overSeconds: 30), .below, [.warning: 5])
        var course = Course([rule])
        #expect(course.run([0, 1, 2, 3, 20, 40], of: Course.counter) == ["3 none>warning 3.0", "4 warning>none 19.0"])
    }

    @Test("a counter that is not seen for a while has risen meanwhile")
    func gap() {
        var course = Course([Self.increase])
        #expect(course.run([100, nil, 101], of: Course.counter) == ["2 none>warning 1.0"])
    }

    @Test("a counter that falls has begun anew from zero")
    func reset() {
        var course = Course([Self.increase])
        #expect(course.run([100, 3, 3], of: Course.counter) == ["1 none>warning 3.0"])
    }

    @Test("a counter that began within the trailing time has risen from zero; one that began earlier has not")
    func created() {
        var course = Course([Self.increase])
        #expect(course.show(nil, of: Course.counter) == [])
        #expect(course.show(1, of: Course.counter, createdSeconds: 7) == ["1 none>warning 1.0"])
        var old = Course([Self.increase])
        #expect(old.show(nil, of: Course.counter) == [])
        #expect(old.show(1, of: Course.counter, createdSeconds: -20) == [])
        var atStart = Course([Self.increase])
        #expect(atStart.show(1, of: Course.counter, createdSeconds: -29) == ["0 none>warning 1.0"])
    }

    @Test("an increase goes on over a change of other rules")
    func reload() {
        var course = Course([Self.increase])
        #expect(course.run([0, 1], of: Course.counter) == ["1 none>warning 1.0"])
        let changes = course.engine.replace(rules: [Self.rule(), Self.increase], noDataAfterSeconds: 30)
        #expect(changes.isEmpty)
        #expect(course.run([6], of: Course.counter) == ["2 warning>critical 6.0"])
    }

    @Test("many small rises are kept in few steps")
    func bounded() {
        var history = IncreaseHistory(windowSeconds: 3_600, base: 0, at: 0)
        var rise = 0.0
        for second in 0..<20_000 { rise = history.rise(to: Double(second), at: Double(second)) }
        #expect((3_540...3_660).contains(rise))
        let steps = Mirror(reflecting: history).children.first { $0.label == "steps" }?.value as? [Any]
        #expect((steps?.count ?? .max) <= IncreaseHistory.stepsMax + 1)
    }

    @Test("the built-in rules are possible, and tell a lost GPU and an Xid error")
    func builtIn() throws {
        for rule in BuiltInRules.all {
            try rule.validate()
            #expect(rule.isBuiltIn)
        }
        var engine = AlertEngine(rules: BuiltInRules.all, noDataAfterSeconds: 300)
        func families(lost: Double, xids: [Sample]) -> [MetricFamily] {
            [
                MetricFamily(
                    MetricDescriptor(.gauge, "latencyd_gpu_lost", help: "L."),
                    [Sample(["gpu": "0"], 0), Sample(["gpu": "1"], lost)]),
                MetricFamily(MetricDescriptor(.counter, "latencyd_gpu_xid", help: "X."), xids),
            ]
        }
        let first = engine.evaluate(
            [], signals: families(lost: 0, xids: []), at: Instant(monotonicSeconds: 0, unixSeconds: 1_000))
        #expect(first.isEmpty)
        let xid = Sample(["gpu": "0", "xid": "79"], 1, createdSeconds: 1_005)
        let changes = engine.evaluate(
            [], signals: families(lost: 1, xids: [xid]), at: Instant(monotonicSeconds: 10, unixSeconds: 1_010))
        #expect(
            changes.map { "\($0.rule) \($0.to.name) \($0.labels["gpu"] ?? "")" } == [
                "GPULost critical 1", "GPUXidError warning 0",
            ])
    }

    @Test("a rule below a threshold has thresholds that fall, and any finite ones")
    func valid() throws {
        try Self.rule("a", .value, .below, [.warning: -5, .critical: -10]).validate()
        #expect(throws: AlertRuleError.self) {
            try Self.rule("a", .value, .below, [.warning: 5, .critical: 10]).validate()
        }
        #expect(throws: AlertRuleError.self) {
            try Self.rule("a", .increase(overSeconds: 60), .above, [.info: -1]).validate()
        }
    }
}
