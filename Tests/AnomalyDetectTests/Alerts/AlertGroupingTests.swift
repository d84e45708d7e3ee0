import AnomalyDetect
import Telemetry
import Testing

@Suite("Many alerts at once")
struct AlertGroupingTests {
    private var grouping = AlertGrouping()
    private var now = 1_000.0

    /// `numbers` are series, each with its new level and the one before.
    private mutating func window(
        _ numbers: some Sequence<Int>, _ from: AlertLevel, _ to: AlertLevel, measure: AlertMeasure = .learned,
        seconds: Double = 10
    ) -> [String] {
        now += seconds
        let changes = numbers.map { number in
            var change = AlertChange(
                rule: "LatencyAbnormal", timing: "t\(number)_seconds", unit: .seconds, labels: ["model": "x"],
                measure: measure, from: from, to: to, value: Double(number),
                sinceUnixSeconds: now, atUnixSeconds: now,
                reason: to > from ? .exceeded : to == .none ? .recovered : .eased)
            change.learned = LearnedEvidence(
                statistic: .p99, value: Double(number), expected: 1, lower: 0, upper: 2, score: Double(number),
                sigma: 1)
            return change
        }
        return grouping.apply(changes, at: Instant(monotonicSeconds: now, unixSeconds: now)).map(Self.text)
    }

    private static func text(_ change: AlertChange) -> String {
        let size = change.group.map { " \($0.count)" } ?? ""
        return "\(change.timing) \(change.from.name)>\(change.to.name) \(change.reason.rawValue)\(size)"
    }

    private func snapshot(_ numbers: some Sequence<Int>) -> AlertSnapshot {
        grouping.apply(
            AlertSnapshot(
                rules: [.learned],
                alerts: numbers.map {
                    AlertSnapshot.Alert(
                        rule: 0, timing: "t\($0)_seconds", unit: .seconds, labels: ["model": "x"], state: .firing,
                        level: .warning, value: 1, sinceUnixSeconds: 1_000)
                }))
    }

    @Test("a few are told singly, and leave no trace")
    mutating func few() {
        #expect(window(1...10, .none, .warning).count == 10)
        #expect(window(1...10, .warning, .none).allSatisfy { $0.hasSuffix("warning>none recovered") })
        #expect(window(11...11, .none, .warning) == ["t11_seconds none>warning exceeded"])
        #expect(snapshot(1...11).alerts.count == 11)
    }

    @Test("those that come slowly are told singly, however many they are")
    mutating func slow() {
        for number in 1...40 {
            #expect(window([number], .none, .warning, seconds: 10) == ["t\(number)_seconds none>warning exceeded"])
        }
    }

    @Test("many at once are one, which names the worst")
    mutating func many() {
        #expect(window(1...30, .none, .warning) == ["* none>warning exceeded 30"])
        let alerts = snapshot(1...31).alerts
        #expect(alerts.map(\.timing) == ["t31_seconds", "*"], "what is not among them stays by itself")
        #expect(alerts.last?.group?.examples.map(\.timing) == (26...30).reversed().map { "t\($0)_seconds" })
        #expect(alerts.last?.learned?.score == 30)
    }

    @Test("what was told singly within the minute ends in the message that begins the group")
    mutating func absorbed() {
        #expect(window(1...6, .none, .info).count == 6)
        let told = window(7...12, .none, .warning)
        #expect(
            Set(told) == Set((1...6).map { "t\($0)_seconds info>none grouped" } + ["* none>warning exceeded 12"]))
        #expect(told.last == "* none>warning exceeded 12")
    }

    @Test("a group rises and eases with the worst, takes who comes, and ends when few are left, who go on singly")
    mutating func course() {
        _ = window(1...12, .none, .warning)
        #expect(window([13], .none, .info).isEmpty, "it joins")
        #expect(window([12], .warning, .critical) == ["* warning>critical exceeded 13"])
        #expect(window([12], .critical, .warning) == ["* critical>warning eased 13"])
        #expect(window(1...10, .warning, .none).isEmpty)
        #expect(
            window([11], .warning, .none) == [
                "* warning>none recovered 2", "t12_seconds none>warning exceeded", "t13_seconds none>info exceeded",
            ])
        #expect(window([12], .warning, .none) == ["t12_seconds warning>none recovered"])
        #expect(snapshot([13]).alerts.map(\.timing) == ["t13_seconds"])
    }

    @Test("a whole group that recovers ends once")
    mutating func over() {
        _ = window(1...30, .none, .warning)
        #expect(window(1...30, .warning, .none) == ["* warning>none recovered 0"])
        #expect(window(1...30, .none, .warning) == ["* none>warning exceeded 30"], "and the next one is another")
    }

    @Test("thresholds are never grouped")
    mutating func thresholds() {
        #expect(window(1...50, .none, .warning, measure: .statistic(.p99)).count == 50)
    }
}
