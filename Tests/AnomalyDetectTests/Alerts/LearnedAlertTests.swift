import AnomalyDetect
import Telemetry
import Testing

@Suite("Alerts of learned levels")
struct LearnedAlertTests {
    /// One series, judged window by window.
    private final class Bench {
        var engine: AlertEngine
        var now = 1_000.0

        init(_ rules: [AlertRule]) { engine = AlertEngine(rules: rules, noDataAfterSeconds: 60) }

        /// - Parameters:
        ///   - p99: of a hundred values; nil for a minute without any.
        ///   - learned: nil where nothing can be said.
        func window(p99: Double?, _ learned: [(Statistic, AlertLevel, Double)]?) -> [AlertChange] {
            now += 10
            let summary = TimingSummary(
                timing: "a_seconds", unit: .seconds, labels: ["model": "x"],
                summary: WindowSummary(count: p99 == nil ? 0 : 100, spanSeconds: 60, p99: p99))
            let worst = learned?.max { ($0.1, $0.2) < ($1.1, $1.2) }
            let level = worst.map { worst in
                LearnedLevel(
                    readings: (learned ?? []).map { .init($0.0, $0.1) },
                    evidence: LearnedEvidence(
                        statistic: worst.0, value: 0.3, expected: 0.1, lower: 0.05, upper: 0.15, score: worst.2,
                        sigma: 9))
            }
            return engine.evaluate(
                [summary], learned: level.map { [0: $0] } ?? [:],
                at: Instant(monotonicSeconds: now, unixSeconds: now))
        }

        var firing: [String] {
            engine.snapshot().alerts.filter { $0.state == .firing }.map {
                "\(engine.rules[$0.rule].measure == .learned ? "learned" : "rule") \($0.level.name)"
            }
        }
    }

    private static func told(_ changes: [AlertChange]) -> [String] {
        changes.map {
            "\($0.measure == .learned ? "learned" : "rule") \($0.from.name)>\($0.to.name) \($0.reason.rawValue)"
        }
    }

    private static func rule(named name: String = AlertRule.defaultName) throws -> AlertRule {
        AlertRule(
            name: name, timing: try Glob("a_*"), statistic: .p99, thresholds: [.warning: 0.2, .critical: 1])
    }

    @Test("a learned level is one alert of the series, whose level moves and whose evidence says why")
    func moves() throws {
        let bench = Bench([.learned])
        #expect(bench.window(p99: 0.1, [(.p50, .none, 0.5), (.p99, .none, 0.2)]).isEmpty)
        let first = bench.window(p99: 0.3, [(.p50, .none, 0.9), (.p99, .info, 1.2)])
        #expect(Self.told(first) == ["learned none>info exceeded"])
        #expect(first.first?.learned?.statistic == .p99)
        #expect(first.first?.value == 0.3)
        #expect(first.first?.threshold == nil)
        let second = bench.window(p99: 0.3, [(.p50, .critical, 4), (.p99, .info, 1.2)])
        #expect(Self.told(second) == ["learned info>critical exceeded"])
        #expect(second.first?.learned?.statistic == .p50)
        #expect(bench.engine.snapshot().alerts.count == 1)
        #expect(bench.engine.snapshot().alerts.first?.learned?.score == 4)
        let levels = Dictionary(uniqueKeysWithValues: bench.engine.levels().map { ($0.statistic, $0.level) })
        #expect(levels == [.p50: .critical, .p99: .info])
        #expect(Self.told(bench.window(p99: 0.1, [(.p50, .warning, 2)])) == ["learned critical>warning eased"])
        #expect(Self.told(bench.window(p99: 0.1, [(.p50, .none, 0.1)])) == ["learned warning>none recovered"])
        #expect(bench.engine.snapshot().alerts.isEmpty)
    }

    @Test("a rule of the same name takes the incident over, with the higher level, and gives it back")
    func merges() throws {
        let bench = Bench([try Self.rule(), .learned])
        #expect(Self.told(bench.window(p99: 0.15, [(.p99, .info, 1.2)])) == ["learned none>info exceeded"])
        #expect(
            Self.told(bench.window(p99: 0.3, [(.p99, .info, 1.5)]))
                == ["rule none>warning exceeded", "learned info>none takenOver"])
        #expect(bench.firing == ["rule warning"])
        let raised = bench.window(p99: 0.3, [(.p99, .critical, 3)])
        #expect(Self.told(raised) == ["rule warning>critical exceeded"])
        #expect(raised.first?.learned?.score == 3)
        #expect(raised.first?.threshold == nil)
        #expect(bench.firing == ["rule critical"])
        #expect(Self.told(bench.window(p99: 0.3, [(.p99, .none, 0.3)])) == ["rule critical>warning eased"])
        #expect(
            Self.told(bench.window(p99: 0.1, [(.p99, .warning, 2)]))
                == ["rule warning>none recovered", "learned none>warning exceeded"])
        #expect(bench.firing == ["learned warning"])
    }

    @Test("a rule of another name is another incident")
    func apart() throws {
        let bench = Bench([try Self.rule(named: "Other"), .learned])
        #expect(
            Self.told(bench.window(p99: 0.3, [(.p99, .critical, 3)]))
                == ["rule none>warning exceeded", "learned none>critical exceeded"])
    }

    @Test("without a judgement an alert stays as it is; without values it ends as no data")
    func quiet() {
        let bench = Bench([.learned])
        _ = bench.window(p99: 0.3, [(.p99, .warning, 2)])
        #expect(bench.window(p99: 0.3, nil).isEmpty)
        #expect(bench.engine.snapshot().alerts.first?.learned?.score == 2)
        #expect(bench.engine.snapshot().alerts.first?.quietSinceUnixSeconds == bench.now)
        var changes: [AlertChange] = []
        for _ in 1...6 { changes += bench.window(p99: nil, nil) }
        #expect(Self.told(changes) == ["learned warning>none noData"])
    }

    @Test("without the rule for them, learned levels raise nothing and no alert")
    func off() throws {
        let bench = Bench([try Self.rule()])
        #expect(bench.window(p99: 0.1, [(.p99, .critical, 3)]).isEmpty)
        #expect(Self.told(bench.window(p99: 0.3, [(.p99, .critical, 3)])) == ["rule none>warning exceeded"])
        #expect(bench.engine.levels().map(\.level) == [.warning])
    }

    @Test("taking the rule away ends what fires by it")
    func removed() {
        let bench = Bench([.learned])
        _ = bench.window(p99: 0.3, [(.p99, .warning, 2)])
        let changes = bench.engine.replace(rules: [], noDataAfterSeconds: 60)
        #expect(Self.told(changes) == ["learned warning>none ruleRemoved"])
        #expect(bench.engine.levels().isEmpty)
    }
}
