import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Signals and timings by query")
struct PromQLSourceTests {
    /// What an engine answers to the queries, in their order.
    private enum Reply {
        case text(String, status: Int = 200)
        case failure(HTTPFetchError)

        static func vector(_ series: ([String: String], String)...) -> Reply { .text(EngineAnswers.vector(series)) }
    }

    private static func settings(_ queries: PromQLSettings) -> ServiceSettings {
        ServiceSettings(name: "fleet", source: .promql(queries), url: "http://prom:9090/prometheus/", timeout: 2.5)
    }

    private static func round(_ source: inout PromQLSource, _ queries: PromQLSettings, _ replies: [Reply]) throws
        -> ServiceRound
    {
        let requests = source.begin(try ServiceAccess(settings(queries)))
        #expect(requests.count == replies.count)
        // The last answer comes first: they are told apart by their places.
        let answers = zip(requests, replies).enumerated().reversed().map { place, pair in
            let result: Result<HTTPPage, HTTPFetchError> =
                switch pair.1 {
                case .text(let text, let status):
                    .success(
                        HTTPPage(status: status, contentType: "application/json", body: Array(text.utf8), seconds: 0))
                case .failure(let error): .failure(error)
                }
            return source.take(ServiceAnswer(request: pair.0, result: result), at: place)
        }
        for answer in answers {
            if case .success(let page) = answer.result { #expect(page.body.isEmpty) }
        }
        return source.end(answers.reversed(), at: 0)
    }

    private static func round(_ queries: PromQLSettings, _ replies: Reply...) throws -> ServiceRound {
        var source = PromQLSource(queries)
        return try round(&source, queries, replies)
    }

    // MARK: Requests

    @Test("Each query is a form, and the time is left to the engine")
    func requests() throws {
        let queries = PromQLSettings(
            signals: [PromQLSignal(.queueLength, "sum by (model) (a{b=~\"c+\"}) & µ")],
            timings: [PromQLTiming("t_seconds", [.p99: "c", .p50: "d"])], tenant: "team-a")
        var source = PromQLSource(queries)
        let requests = source.begin(try ServiceAccess(Self.settings(queries)))
        #expect(requests.allSatisfy { $0.fetch.url == "http://prom:9090/prometheus/api/v1/query" })
        #expect(
            requests.map(\.fetch.form) == [
                "query=sum%20by%20%28model%29%20%28a%7Bb%3D~%22c%2B%22%7D%29%20%26%20%C2%B5&timeout=2.5",
                "query=d&timeout=2.5", "query=c&timeout=2.5",
            ])
        #expect(
            requests.allSatisfy { $0.fetch.headers == ["Accept: application/json", "X-Scope-OrgID: team-a"] })
        #expect(requests.allSatisfy { $0.fetch.bodyBytesMax == ServiceLimits.bodyBytes && $0.sink == nil })
    }

    // MARK: Signals

    @Test("A signal is read from a real engine's answer, with its labels and in base units")
    func signals() throws {
        let round = try Self.round(
            PromQLSettings(signals: [PromQLSignal(.queueTime, "q", scale: 1e-3)]), .text(EngineAnswers.prometheusVector)
        )
        let labels: LabelSet = ["instance": "127.0.0.1:39181", "job": "page", "model": "resnet", "version": "1"]
        #expect(round.failure == nil)
        #expect(round.sampleCount == 2)
        #expect(
            Set(round.readings.map(\.labels))
                == [labels, labels.adding([Label("model", "bert \"x\"\\ µ")])])
        #expect(round.readings.first { $0.labels == labels }?.value == .number(0))
        #expect(round.readings.first { $0.labels != labels }?.value == .number(0.001))
    }

    @Test("A counter says how far it went; one that is new, or was set back, says nothing")
    func counters() throws {
        let queries = PromQLSettings(signals: [PromQLSignal(.requests, "q")])
        var source = PromQLSource(queries)
        func increases(_ reply: Reply) throws -> [String: SignalReading.Value] {
            let round = try Self.round(&source, queries, [reply])
            return Dictionary(uniqueKeysWithValues: round.readings.map { ($0.labels["m"] ?? "", $0.value) })
        }
        #expect(try increases(.vector((["m": "a"], "1e6"))) == ["a": .increase(0)])
        // A target that the engine knows since now may have counted for years.
        #expect(
            try increases(.vector((["m": "a"], "1000010"), (["m": "b"], "5e9")))
                == ["a": .increase(10), "b": .increase(0)])
        #expect(
            try increases(.vector((["m": "a"], "3"), (["m": "b"], "5000000001")))
                == ["a": .increase(0), "b": .increase(1)])
        // What was counted while the engine did not answer is not lost.
        #expect(try increases(.failure(.timedOut)) == [:])
        #expect(try increases(.vector((["m": "a"], "7"))) == ["a": .increase(4)])
    }

    @Test("Of two queries for a counter that take turns each interval is counted once")
    func turns() throws {
        let queries = PromQLSettings(signals: [PromQLSignal(.requests, "a"), PromQLSignal(.requests, "b")])
        var source = PromQLSource(queries)
        func increase(_ first: Int?, _ second: Int?) throws -> Double? {
            let replies = [first, second].map { value in
                value.map { Reply.vector((["m": "a"], "\($0)")) } ?? .text(EngineAnswers.vector([]))
            }
            let round = try Self.round(&source, queries, replies)
            guard case .increase(let increase)? = round.readings.first?.value else { return nil }
            #expect(round.readings.count == 1)
            return increase
        }
        #expect(try increase(100, 900) == 0)
        #expect(try increase(101, 901) == 1)
        // The first goes, and the second goes on from where it was.
        #expect(try increase(nil, 903) == 2)
        // Back again: the second has the interval, then the first.
        #expect(try increase(107, 907) == 4)
        #expect(try increase(115, 915) == 8)
        // In turns nobody knows what is between, and nothing is counted twice.
        #expect(try increase(nil, 920) == 5)
        #expect(try increase(125, nil) == 0)
        #expect(try increase(nil, 930) == 0)
        #expect(try increase(nil, nil) == nil)
        #expect(try increase(nil, 936) == 6)
        #expect(try increase(140, nil) == 0)
        #expect(try increase(141, 941) == 1)
    }

    @Test("NaN and infinities are not there, and what is below zero is counted")
    func oddValues() throws {
        let queries = PromQLSettings(signals: [PromQLSignal(.queueLength, "q")])
        let nothing = try Self.round(queries, .text(EngineAnswers.prometheusNaN))
        #expect(nothing.readings.isEmpty && nothing.malformedCount == 0 && nothing.failure == nil)
        #expect(try Self.round(queries, .text(EngineAnswers.prometheusInfinity)).readings.isEmpty)
        let negative = try Self.round(queries, .text(EngineAnswers.prometheusTiny))
        #expect(negative.readings.isEmpty && negative.malformedCount == 1)
        let zero = try Self.round(queries, .vector(([:], "-0")))
        guard case .number(let value)? = zero.readings.first?.value else {
            Issue.record("no value")
            return
        }
        #expect(value == 0 && value.sign == .plus)
    }

    @Test("Beyond the limit those whose labels come first stay, in whatever order they come")
    func limit() throws {
        let queries = PromQLSettings(signals: [PromQLSignal(.queueLength, "q")], seriesMax: 3)
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 1, 2]] {
            let round = try Self.round(
                queries, .text(EngineAnswers.vector(order.map { (["m": "\($0)"], "\($0)") })))
            #expect(round.readings.map { $0.labels["m"] ?? "" }.sorted() == ["0", "1", "2"])
            #expect(round.droppedCount == 2)
            #expect(round.sampleCount == 5)
        }
    }

    @Test("No series is there twice: of one answer the larger value counts, of two queries the first")
    func twice() throws {
        let one = PromQLSettings(signals: [PromQLSignal(.queueLength, "q")])
        for values in [("2", "7"), ("7", "2")] {
            let round = try Self.round(one, .vector((["a.b": "x"], values.0), (["a_b": "x"], values.1)))
            #expect(round.readings == [SignalReading(.queueLength, ["a_b": "x"], .number(7))])
        }
        let two = PromQLSettings(signals: [PromQLSignal(.queueLength, "q"), PromQLSignal(.queueLength, "r")])
        let round = try Self.round(two, .vector((["m": "x"], "2")), .vector((["m": "x"], "7"), (["m": "y"], "8")))
        #expect(
            Set(round.readings.map { "\($0.labels["m"] ?? "") \($0.value)" }) == ["x number(2.0)", "y number(8.0)"])
        #expect(round.droppedCount == 1)
    }

    @Test("Two shards have all series, and none of them both")
    func shards() throws {
        let answer = EngineAnswers.vector((0..<50).map { (["m": "\($0)"], "1") })
        let parts = try [1, 2].map { index in
            let queries = PromQLSettings(
                signals: [PromQLSignal(.queueLength, "q")], timings: [PromQLTiming("t_seconds", [.p99: "r"])],
                shard: PromQLShard(index, of: 2))
            let round = try Self.round(queries, .text(answer), .text(answer))
            // A signal and a timing with the same labels are watched by the same daemon.
            #expect(Set(round.readings.map(\.labels)) == Set(round.timings.map(\.labels)))
            return round.readings.compactMap { $0.labels["m"] }
        }
        #expect(Set(parts[0]).isDisjoint(with: parts[1]))
        #expect(Set(parts[0] + parts[1]).count == 50)
        #expect(parts[0].count > 10 && parts[1].count > 10)
    }

    @Test("The series of all queries together have a limit")
    func limitOfAll() throws {
        let queries = PromQLSettings(
            signals: [.queueLength, .runningRequests, .batchSize].map { PromQLSignal($0, "q") },
            seriesMax: PromQLLimits.seriesPerQueryMax)
        let answer = Reply.text(
            EngineAnswers.vector((0..<PromQLLimits.seriesPerQueryMax).map { (["m": "\($0)"], "1") }))
        let round = try Self.round(queries, answer, answer, answer)
        #expect(round.readings.count == PromQLLimits.seriesMax)
        #expect(round.droppedCount == 3 * PromQLLimits.seriesPerQueryMax - PromQLLimits.seriesMax)
    }

    // MARK: Timings

    @Test("Statistics with the same labels are one timing, in base units")
    func timings() throws {
        let queries = PromQLSettings(
            timings: [PromQLTiming("t_seconds", [.p50: "a", .p99: "b", .mean: "c", .rate: "d"], scale: 1e-6)],
            modelLabels: ["endpoint"])
        let round = try Self.round(
            queries, .vector((["endpoint": "x", "quantile": "0.5"], "2e6"), (["endpoint": "y"], "1e6")),
            .vector((["endpoint": "x", "quantile": "0.99"], "9e6"), (["endpoint": "y"], "NaN")),
            .vector((["endpoint": "x"], "3e6")), .vector((["endpoint": "x"], "0.51")))
        #expect(
            round.timings == [
                TimingSummary(
                    timing: "t_seconds", unit: .seconds, labels: ["model": "x"],
                    summary: WindowSummary(count: 31, spanSeconds: 60, mean: 3, p50: 2, p99: 9, statedRate: 0.51)),
                // Of how many observations it is, nobody said.
                TimingSummary(
                    timing: "t_seconds", unit: .seconds, labels: ["model": "y"],
                    summary: WindowSummary(count: nil, spanSeconds: 60, p50: 1)),
            ])
        #expect(round.timings.map(\.summary.rate) == [0.51, nil])
    }

    @Test("A rate of 0 says that nothing was observed; a tiny or a huge one stays a count")
    func rates() throws {
        let queries = PromQLSettings(timings: [PromQLTiming("t", [.p99: "a", .rate: "b"])])
        func summary(_ rate: String) throws -> WindowSummary? {
            try Self.round(queries, .vector(([:], "5")), .vector(([:], rate))).timings.first?.summary
        }
        #expect(try summary("0") == WindowSummary(count: 0, spanSeconds: 60, statedRate: 0))
        #expect(try summary("0.001") == WindowSummary(count: 1, spanSeconds: 60, p99: 5, statedRate: 0.001))
        #expect(try summary("1e300")?.count == 1_000_000_000_000_000)
    }

    @Test(
        "The unit of a timing is the end of its name",
        arguments: [("a_seconds", MetricUnit.seconds), ("a_bytes", .bytes), ("a", .none), ("seconds", .none)])
    func units(_ name: String, _ unit: MetricUnit) {
        #expect(PromQLTiming(name, [:]).unit == unit)
    }

    // MARK: Failures

    @Test("A query that is refused is named, and the others stay")
    func refused() throws {
        let queries = PromQLSettings(
            signals: [PromQLSignal(.queueLength, "q")], timings: [PromQLTiming("t_seconds", [.p50: "a", .p99: "b"])])
        let round = try Self.round(
            queries, .vector(([:], "4")), .text(EngineAnswers.prometheusSyntax, status: 400), .vector(([:], "2")))
        #expect(round.failure?.reason == .query)
        #expect(round.failure?.description.hasPrefix("query t_seconds p50: bad_data: invalid parameter") == true)
        #expect(round.readings == [SignalReading(.queueLength, [:], .number(4))])
        #expect(round.timings.map(\.summary.p99) == [2])
        #expect(round.timings.map(\.summary.p50) == [nil])
    }

    @Test("An engine that cannot be reached is told before queries that are wrong")
    func precedence() throws {
        let queries = PromQLSettings(signals: [.queueLength, .runningRequests].map { PromQLSignal($0, "q") })
        let refused = Reply.text(EngineAnswers.prometheusSyntax, status: 400)
        #expect(try Self.round(queries, refused, .failure(.notConnected)).failure?.reason == .refused)
        #expect(try Self.round(queries, refused, .text("no", status: 503)).failure?.reason == .status)
        let both = try Self.round(queries, refused, refused).failure
        #expect(both?.reason == .query)
        #expect(both?.description.hasSuffix("; 1 more of the queries failed") == true)
    }

    @Test("One round leaves nothing behind for the next")
    func rounds() throws {
        let queries = PromQLSettings(signals: [PromQLSignal(.queueLength, "q")])
        var source = PromQLSource(queries)
        #expect(try Self.round(&source, queries, [.vector(([:], "4"))]).failure == nil)
        let down = try Self.round(&source, queries, [.failure(.timedOut)])
        #expect(down.failure?.reason == .timeout)
        #expect(down.readings.isEmpty && down.sampleCount == 0)
    }
}
