import Testing

@testable import Telemetry

@Suite("Pushed names and labels")
struct PushedNameTests {
    struct Case: Sendable {
        let raw: String
        let type: PushedType
        let name: String
        let unit: MetricUnit
        let decimals: UInt8
    }

    static let cases = [
        Case(
            raw: "inference.latency", type: .timing, name: "inference_latency_seconds", unit: .seconds, decimals: 3
        ),
        Case(
            raw: "inference.latency_ms", type: .timing, name: "inference_latency_seconds", unit: .seconds,
            decimals: 3),
        Case(raw: "a_us", type: .timing, name: "a_seconds", unit: .seconds, decimals: 3),
        Case(raw: "a_seconds", type: .timing, name: "a_seconds", unit: .seconds, decimals: 3),
        Case(raw: "foo_ms", type: .histogram, name: "foo_seconds", unit: .seconds, decimals: 3),
        Case(raw: "foo.us", type: .histogram, name: "foo_seconds", unit: .seconds, decimals: 6),
        Case(raw: "foo_ns", type: .histogram, name: "foo_seconds", unit: .seconds, decimals: 9),
        Case(raw: "foo_seconds", type: .histogram, name: "foo_seconds", unit: .seconds, decimals: 0),
        Case(raw: "foo_bytes", type: .histogram, name: "foo_bytes", unit: .bytes, decimals: 0),
        Case(raw: "batch.size", type: .histogram, name: "batch_size", unit: .none, decimals: 0),
        Case(raw: "requests", type: .counter, name: "requests", unit: .none, decimals: 0),
        Case(raw: "requests_total", type: .counter, name: "requests", unit: .none, decimals: 0),
        Case(raw: "gc.pause_ms", type: .counter, name: "gc_pause_seconds", unit: .seconds, decimals: 3),
        Case(raw: "wait_ms", type: .gauge, name: "wait_seconds", unit: .seconds, decimals: 3),
        Case(raw: "queue_count", type: .gauge, name: "queue_count_value", unit: .none, decimals: 0),
        Case(raw: "token.total", type: .histogram, name: "token_total_value", unit: .none, decimals: 0),
        Case(raw: "2fast", type: .gauge, name: "_2fast", unit: .none, decimals: 0),
        Case(raw: "größe", type: .gauge, name: "gr__e", unit: .none, decimals: 0),
        Case(raw: "_ms", type: .histogram, name: "_ms", unit: .none, decimals: 0),
        Case(raw: "users", type: .set, name: "users", unit: .none, decimals: 0),
    ]

    @Test("A pushed name becomes a valid one in the base unit", arguments: cases)
    func names(_ one: Case) throws {
        let name = try #require(PushedName(raw: one.raw, type: one.type))
        #expect(name.name == one.name)
        #expect(name.unit == one.unit)
        #expect(name.decimals == one.decimals)
        #expect(name.kind == one.type.kind)
    }

    @Test("A family claims the names of its samples in every format")
    func claims() {
        #expect(PushedName(raw: "a", type: .counter)?.claims == ["a", "a_total", "a_created"])
        #expect(PushedName(raw: "a", type: .gauge)?.claims == ["a"])
        #expect(
            PushedName(raw: "a", type: .timing)?.claims == [
                "a_seconds", "a_seconds_bucket", "a_seconds_count", "a_seconds_sum", "a_seconds_created",
            ])
    }

    static let tagCases: [([String], LabelSet, [RenameReason])] = [
        (["model:a", "stage:b"], ["model": "a", "stage": "b"], []),
        (["stage:b", "model:a"], ["model": "a", "stage": "b"], []),
        (["url:http://x:1"], ["url": "http://x:1"], []),
        (["canary"], ["canary": "true"], []),
        (["empty:", "", ":x"], [:], []),
        (["ünï:ø"], ["_n_": "ø"], []),
        (["le:5"], ["exported_le": "5"], [.reservedLabel]),
        (
            ["quantile:5", "timing:x", "statistic:y"],
            ["exported_quantile": "5", "exported_timing": "x", "exported_statistic": "y"],
            [.reservedLabel, .reservedLabel, .reservedLabel]
        ),
        (["__name__:x"], ["exported___name__": "x"], [.reservedLabel]),
        (["a:2", "a:1"], ["a": "1,2"], [.duplicateLabel]),
        (["a:1", "a:1"], ["a": "1"], []),
        (["a.b:1", "a_b:2"], ["a_b": "1,2"], [.duplicateLabel]),
    ]

    @Test("Tags become labels by the written rule", arguments: tagCases)
    func tags(_ tags: [String], _ expected: LabelSet, _ reasons: [RenameReason]) {
        let (labels, renamed) = PushedLabels.labels(fromTags: tags.map { Substring($0) })
        #expect(labels == expected)
        #expect(renamed == reasons)
    }
}
