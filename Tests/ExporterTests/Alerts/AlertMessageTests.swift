import AnomalyDetect
import Telemetry
import Testing

@testable import Exporter

@Suite("Alert messages")
struct AlertMessageTests {
    /// 2023-11-15, noon.
    private static let noon = 1_700_049_600.0

    private static func change(
        _ from: AlertLevel, _ to: AlertLevel, _ reason: AlertChange.Reason, value: Double? = 0.212,
        threshold: AlertChange.Threshold? = .init(level: .critical, value: 0.2), labels: LabelSet = ["model": "a"]
    ) -> AlertChange {
        AlertChange(
            rule: "LatencyAbnormal", timing: "inference_latency_seconds", unit: .seconds, labels: labels,
            measure: .statistic(.p99), from: from, to: to, value: value, threshold: threshold,
            sinceUnixSeconds: noon - 86_400,
            overSinceUnixSeconds: reason == .exceeded ? noon - 4720 : nil, atUnixSeconds: noon, reason: reason)
    }

    private static func silence(
        _ from: AlertLevel, _ to: AlertLevel, _ reason: AlertChange.Reason, value: Double? = 312.04,
        seen: Double? = noon - 312
    ) -> AlertChange {
        var change = AlertChange(
            rule: "TimingsAbsent", timing: "a_seconds", unit: .seconds, labels: ["model": "a"],
            measure: .absence(afterSeconds: 300), from: from, to: to, value: value,
            threshold: value == nil ? nil : .init(level: .warning, value: 300), sinceUnixSeconds: noon - 12,
            atUnixSeconds: noon, reason: reason)
        change.lastSeenUnixSeconds = seen
        return change
    }

    static let silences = [
        Case(
            change: silence(.none, .warning, .exceeded),
            text: "a_seconds{model=\"a\"} has had no timings for 312 s, the last at 11:54:48 UTC; the warning limit is "
                + "300 s", kind: .absent, priority: 4),
        Case(
            change: silence(.none, .warning, .exceeded, seen: nil),
            text:
                "a_seconds{model=\"a\"} has had no timings for 312 s, none since the start; the warning limit is 300 s",
            kind: .absent, priority: 4),
        Case(
            change: silence(.warning, .none, .recovered),
            text:
                "timings of a_seconds{model=\"a\"} come again, after 312 s; the warning alert since 11:59:48 UTC ends",
            kind: .resolved, priority: 5),
        Case(
            change: silence(.warning, .none, .noData, value: nil),
            text:
                "timings of a_seconds{model=\"a\"} have not come for too long to be expected; the warning alert since "
                + "11:59:48 UTC ends without recovery", kind: .noData, priority: 5),
        Case(
            change: silence(.warning, .none, .ruleRemoved, value: nil),
            text: "the rule TimingsAbsent for a_seconds{model=\"a\"} was changed or removed; the warning alert since "
                + "11:59:48 UTC ends", kind: .resolved, priority: 5),
    ]

    struct Case: Sendable {
        let change: AlertChange
        let text: String
        let kind: AlertMessage.Kind
        let priority: Int
    }

    static let cases = [
        Case(
            change: change(.warning, .critical, .exceeded),
            text: "p99 of inference_latency_seconds{model=\"a\"} is 212 ms, over the critical threshold of 200 ms, "
                + "since 10:41:20 UTC", kind: .raised, priority: 2),
        Case(
            change: change(.none, .warning, .exceeded, threshold: .init(level: .warning, value: 0.05)),
            text: "p99 of inference_latency_seconds{model=\"a\"} is 212 ms, over the warning threshold of 50 ms, "
                + "since 10:41:20 UTC", kind: .raised, priority: 4),
        Case(
            change: change(.none, .info, .exceeded, threshold: .init(level: .info, value: 0.01), labels: [:]),
            text: "p99 of inference_latency_seconds is 212 ms, over the info threshold of 10 ms, since 10:41:20 UTC",
            kind: .raised, priority: 6),
        Case(
            change: change(.critical, .warning, .eased, value: 0.15),
            text: "p99 of inference_latency_seconds{model=\"a\"} is 150 ms, no longer over the critical threshold of "
                + "200 ms; the alert eases from critical to warning", kind: .eased, priority: 4),
        Case(
            change: change(
                .critical, .none, .recovered, value: 0.04, threshold: .init(level: .warning, value: 0.05)),
            text: "p99 of inference_latency_seconds{model=\"a\"} is 40 ms, no longer over the warning threshold of "
                + "50 ms; the critical alert since 2023-11-14 12:00:00 UTC ends", kind: .resolved, priority: 5),
        Case(
            change: change(.warning, .none, .noData, value: nil, threshold: nil),
            text: "p99 of inference_latency_seconds{model=\"a\"} is not known for want of data; the warning alert "
                + "since 2023-11-14 12:00:00 UTC ends without recovery", kind: .noData, priority: 5),
        Case(
            change: change(.info, .none, .ruleRemoved, threshold: nil),
            text: "the rule LatencyAbnormal for p99 of inference_latency_seconds{model=\"a\"} was changed or removed; "
                + "the info alert since 2023-11-14 12:00:00 UTC ends", kind: .resolved, priority: 5),
    ]

    @Test("a change is told in one sentence, with its kind and priority", arguments: cases + silences)
    func sentence(expected: Case) {
        let message = AlertMessage(expected.change)
        #expect(message.text == expected.text)
        #expect(message.kind == expected.kind)
        #expect(message.priority == expected.priority)
    }

    @Test("what else is unusual is told with an alert, and not with its end")
    func alsoUnusual() {
        let names = { (message: AlertMessage) in message.journalFields.map { "\($0.name)=\($0.value)" } }
        let begin = Self.change(.none, .critical, .exceeded)
        #expect(names(AlertMessage(begin, alsoUnusual: "x")).contains("LATENCYD_ALSO_UNUSUAL=x"))
        let fields =
            names(AlertMessage(begin)) + names(AlertMessage(Self.change(.info, .none, .recovered), alsoUnusual: "x"))
        #expect(!fields.contains { $0.hasPrefix("LATENCYD_ALSO_UNUSUAL") })
        #expect(AlertIncident(begin, alsoUnusual: "x").annotations["also_unusual"] == "x")
    }

    @Test("the journal entry has its fields in order")
    func fields() {
        let message = AlertMessage(Self.change(.warning, .critical, .exceeded))
        let fields = message.journalFields.map { "\($0.name)=\($0.value)" }
        #expect(
            fields == [
                "MESSAGE=\(message.text)", "MESSAGE_ID=\(AlertMessage.Kind.raised.messageID)", "PRIORITY=2",
                "LATENCYD_ALERT=LatencyAbnormal", "LATENCYD_LEVEL=critical",
                "LATENCYD_TIMING=inference_latency_seconds", "LATENCYD_LABELS={\"model\":\"a\"}",
                "LATENCYD_SUBJECT=p99 of inference_latency_seconds{model=\"a\"}",
                "LATENCYD_STATISTIC=p99", "LATENCYD_VALUE=0.212", "LATENCYD_EXPECTED=0.2",
                "LATENCYD_SINCE=2023-11-14T12:00:00Z",
            ])
    }

    @Test("without a value and a threshold their fields are absent, and an ended alert has the level none")
    func absent() {
        let fields = AlertMessage(Self.change(.warning, .none, .noData, value: nil, threshold: nil)).journalFields
        #expect(!fields.contains { $0.name == "LATENCYD_VALUE" || $0.name == "LATENCYD_EXPECTED" })
        #expect(fields.first { $0.name == "LATENCYD_LEVEL" }?.value == "none")
    }

    @Test("label values stay on one line of the text and whole in the JSON")
    func hostileLabels() throws {
        let value = "a\nb\"c\\d\u{1b}[31m\u{85}\u{2028}é"
        let message = AlertMessage(Self.change(.none, .critical, .exceeded, labels: ["model": value]))
        #expect(message.text.contains("{model=\"a\\nb\\\"c\\\\d\\u{1b}[31m\\u{85}\\u{2028}é\"}"))
        #expect(!message.text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        let labels = try #require(message.journalFields.first { $0.name == "LATENCYD_LABELS" }?.value)
        #expect(try ParsedJSON(Array(labels.utf8)) == .object(["model": .string(value)]))
    }

    @Test("the message identifiers are five different 128-bit numbers")
    func identifiers() {
        let identifiers = AlertMessage.Kind.allCases.map(\.messageID)
        #expect(Set(identifiers).count == 5)
        for identifier in identifiers {
            #expect(identifier.utf8.count == 32)
            #expect(identifier.allSatisfy { "0123456789abcdef".contains($0) })
        }
    }
}
