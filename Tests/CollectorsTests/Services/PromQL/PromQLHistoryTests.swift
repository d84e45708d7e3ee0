import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("The past from an engine")
struct PromQLHistoryTests {
    private typealias Plan = PromQLRangePlan

    /// Ranges asked for until `answer` has no more outcomes; the last action stands at the end.
    private static func asked(
        _ plan: Plan, _ answer: (Int64, Int64) -> Plan.Outcome
    ) -> (ranges: [ClosedRange<Int64>], pauses: [Double], last: Plan.Action) {
        var plan = plan
        var ranges: [ClosedRange<Int64>] = []
        var pauses: [Double] = []
        var action = plan.first()
        while case .ask(let from, let to, let after) = action, ranges.count < 1_000 {
            ranges.append(from...to)
            pauses.append(after)
            action = plan.next(answer(from, to))
        }
        return (ranges, pauses, action)
    }

    @Test("Every point is asked for once, in order, a day first and then at most a week")
    func covers() {
        let (ranges, _, last) = Self.asked(Plan(from: 1, to: 28 * 86_400 + 59, step: 60)) { _, _ in .answered(bytes: 9)
        }
        #expect(last == .done)
        #expect(ranges.first == 60...86_400)
        #expect(ranges.last?.upperBound == 2_419_200)
        for (range, next) in zip(ranges, ranges.dropFirst()) { #expect(next.lowerBound == range.upperBound + 60) }
        #expect(ranges.map { ($0.upperBound - $0.lowerBound) / 60 + 1 }.max() == 10_080)
    }

    @Test("Long answers make the next question shorter")
    func long() {
        var plan = Plan(from: 0, to: 10 * 86_400, step: 60)
        guard case .ask(let from, let to, _) = plan.next(.answered(bytes: 32 << 20)) else {
            Issue.record("nothing is asked")
            return
        }
        #expect((to - from) / 60 + 1 == 360)
    }

    @Test("What is too much is asked for in halves until it is enough, or hopeless")
    func tooMuch() {
        let fits: (Int64, Int64) -> Plan.Outcome = { $1 - $0 > 200 * 60 ? .tooMuch : .answered(bytes: 8 << 20) }
        let (ranges, pauses, last) = Self.asked(Plan(from: 0, to: 86_400, step: 60), fits)
        #expect(last == .done && pauses.allSatisfy { $0 == 0 })
        #expect(ranges.last?.upperBound == 86_400)
        let hopeless = Self.asked(Plan(from: 0, to: 86_400, step: 60)) { _, _ in .tooMuch }
        #expect(hopeless.last == .giveUp && hopeless.ranges.count == 6)
    }

    @Test("A passing failure is tried again after longer and longer pauses, and the count begins anew with an answer")
    func passing() {
        let down = Self.asked(Plan(from: 0, to: 86_400, step: 60)) { _, _ in .passing }
        #expect(down.last == .giveUp && down.pauses == [0, 1, 2, 4, 8])
        var count = 0
        let flaky = Self.asked(Plan(from: 0, to: 3 * 86_400, step: 60)) { _, _ in
            count += 1
            return count.isMultiple(of: 3) ? .answered(bytes: 100) : .passing
        }
        #expect(flaky.last == .done && flaky.pauses.max() == 2)
    }

    // MARK: Names

    @Test("A page of this daemon names timing and statistic; what a scrape added is left out")
    func own() throws {
        let metric = [
            "__name__": "latencyd_observed_seconds", "timing": "inference_latency_seconds", "statistic": "p95",
            "model": "a", "service": "b", "job": "latencyd", "instance": "h:9959",
        ]
        #expect(
            try PromQLHistoryNames().key(of: metric)
                == TimingStatistic(
                    timing: "inference_latency_seconds", labels: ["model": "a", "service": "b"], statistic: .p95))
    }

    @Test("Other series have their own name, their quantile, and what is given")
    func others() throws {
        var names = PromQLHistoryNames()
        let summary = ["__name__": "request_seconds", "quantile": "0.5", "service": "b", "a": ""]
        #expect(
            try names.key(of: summary)
                == TimingStatistic(
                    timing: "request_seconds", labels: ["exported_service": "b"], statistic: .p50))
        #expect(throws: PromQLHistoryNames.Refusal.nameless) { try names.key(of: ["model": "a"]) }
        names.timing = "model_seconds"
        names.statistic = .p95
        names.labels = [Label("service", "fleet")]
        names.droppedLabels = ["pod"]
        #expect(
            try names.key(of: ["model": "a", "pod": "x", "quantile": "0.5"])
                == TimingStatistic(
                    timing: "model_seconds", labels: ["model": "a", "service": "fleet"], statistic: .p95))
        let many = Dictionary(uniqueKeysWithValues: (0..<40).map { ("l\($0)", "v") })
        #expect(throws: PromQLHistoryNames.Refusal.labels) { try names.key(of: many) }
    }

    // MARK: Answers

    private static func matrix(_ series: [(metric: String, values: String)]) -> String {
        let result = series.map { "{\"metric\":{\($0.metric)},\"values\":[\($0.values)]}" }.joined(separator: ",")
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\(result)]}}"
    }

    private static func page(_ text: String, status: Int = 200) -> Result<HTTPPage, HTTPFetchError> {
        .success(HTTPPage(status: status, contentType: nil, body: Array(text.utf8), seconds: 0))
    }

    private static func read(
        _ settings: PromQLHistorySettings, _ answers: [Result<HTTPPage, HTTPFetchError>]
    ) throws(ServiceFailure) -> (parts: [PromQLHistoryPart], asked: [HTTPFetch], history: PromQLHistory) {
        var asked: [HTTPFetch] = []
        var parts: [PromQLHistoryPart] = []
        let history = PromQLHistory(
            settings,
            fetch: { fetch in
                asked.append(fetch)
                return answers[min(asked.count, answers.count) - 1]
            }, pause: { _ in })
        try history.read { parts.append($0) }
        return (parts, asked, history)
    }

    private static func settings(to: Int64 = 300, seriesMax: Int = 10) -> PromQLHistorySettings {
        PromQLHistorySettings(
            url: "http://e/", query: "a{b=\"c\"}", from: 60, to: to, names: PromQLHistoryNames(), seriesMax: seriesMax,
            scale: 0.001, tenant: "t")
    }

    @Test("Values stand at their minutes, scaled; NaN, infinities and histograms are none")
    func values() throws {
        let text = Self.matrix([
            ("\"__name__\":\"x\"", "[60,\"1000\"],[120,\"NaN\"],[180,\"+Inf\"],[300,\"2e3\"],[999,\"7\"],[0,\"7\"]")
        ])
        let (parts, asked, _) = try Self.read(Self.settings(), [Self.page(text)])
        let part = try #require(parts.first)
        #expect(parts.count == 1 && part.from == 60 && part.to == 300 && part.step == 60)
        let key = TimingStatistic(timing: "x", labels: [:], statistic: .p99)
        #expect(part.values[key].map { "\($0)" } == "[1.0, nan, nan, nan, 2.0]")
        #expect(asked.map(\.url) == ["http://e/api/v1/query_range"])
        #expect(asked[0].form == "query=a%7Bb%3D%22c%22%7D&start=60&end=300&step=60&timeout=60.0")
        #expect(asked[0].headers.contains("X-Scope-OrgID: t"))
    }

    @Test("Two series that become one give their larger values")
    func merged() throws {
        let text = Self.matrix([
            ("\"__name__\":\"x\",\"instance\":\"1\"", "[60,\"1000\"],[120,\"4000\"]"),
            ("\"__name__\":\"x\",\"instance\":\"2\"", "[120,\"3000\"],[180,\"5000\"]"),
        ])
        let (parts, _, _) = try Self.read(Self.settings(to: 180), [Self.page(text)])
        #expect(parts.first?.values.values.first == [1, 4, 5])
        #expect(parts.first?.values.count == 1)
    }

    @Test("Beyond the limit the first series by their labels stay, the same ones in every answer")
    func limit() throws {
        let first = Self.matrix([("\"__name__\":\"b\"", "[60,\"1\"]"), ("\"__name__\":\"c\"", "[60,\"1\"]")])
        let second = Self.matrix([("\"__name__\":\"a\"", "[90000,\"1\"]"), ("\"__name__\":\"b\"", "[90000,\"1\"]")])
        let (parts, _, history) = try Self.read(
            Self.settings(to: 90_000, seriesMax: 1), [Self.page(first), Self.page(second)])
        #expect(parts.map { $0.values.keys.map(\.timing) } == [["b"], ["b"]])
        #expect(history.dropped.map(\.timing).sorted() == ["a", "c"])
    }

    @Test("What passes is asked again, what does not is said at once")
    func failures() throws {
        let good = Self.page(Self.matrix([("\"__name__\":\"x\"", "[60,\"1\"]")]))
        for passing in [.failure(HTTPFetchError.timedOut), .failure(.notConnected), Self.page("busy", status: 503)] {
            #expect(try Self.read(Self.settings(), [passing, passing, good]).parts.count == 1)
        }
        let many = Self.page(
            "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too many samples\"}", status: 422)
        #expect(
            try Self.read(Self.settings(to: 86_400), [many, good]).asked.map { $0.form!.contains("end=86400") } == [
                true, false, true,
            ])
        let bad = Self.page("{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error\"}", status: 400)
        let cases: [(Result<HTTPPage, HTTPFetchError>, String, Int)] = [
            (bad, "bad_data: parse error", 1), (.failure(.notConnected), "nobody listens there", 5),
            (Self.page("<html>", status: 404), "there is no such page (status 404)", 1),
            (many, "execution: too many samples", 1),
            (Self.page(Self.matrix([("\"model\":\"x\"", "[60,\"1\"]")])), "a series of the answer has no name", 1),
            (Self.page(EngineAnswers.prometheusScalar), "the answer to a query over a range is a scalar", 1),
        ]
        for (answer, beginning, count) in cases {
            var asked = 0
            let history = PromQLHistory(
                Self.settings(),
                fetch: { _ in
                    asked += 1
                    return answer
                }, pause: { _ in })
            #expect { try history.read { _ in } } throws: { "\($0)".hasPrefix(beginning) }
            #expect(beginning.hasPrefix("execution") ? asked > 1 : asked == count, "\(beginning): \(asked)")
        }
    }

    @Test("Text that is no answer is an error and no trap")
    func hostile() {
        let whole = Self.matrix([("\"__name__\":\"x\"", "[60,\"1\"],[120,\"2\"]")])
        for count in 0..<whole.utf8.count {
            let cut = Self.page(String(decoding: whole.utf8.prefix(count), as: UTF8.self))
            #expect(throws: ServiceFailure.self) { try Self.read(Self.settings(), [cut]) }
        }
        let odd = Self.page(Self.matrix([("\"__name__\":\"x\"", "[1e300,\"1\"],[-1e300,\"2\"],[60.4,\"3\"]")]))
        #expect(throws: Never.self) { try Self.read(Self.settings(), [odd]) }
    }
}
