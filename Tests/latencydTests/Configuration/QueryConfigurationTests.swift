import Collectors
import Telemetry
import Testing

@testable import latencyd

@Suite("queries in the configuration")
struct QueryConfigurationTests {
    private static let url = "url: \"http://prom:9090\""

    private func service(_ text: String) throws -> ServiceConfiguration {
        try #require(try decode("services: [{profile: promql, \(text)}]").configuration.services.first)
    }

    @Test("signals and timings are asked for, with units, labels, limits and a part of the series")
    func everything() throws {
        let text = """
            services:
              - name: fleet
                profile: promql
                url: http://prom:9090/prometheus/
                model_labels: [endpoint]
                limit: 500
                shard: 2/3
                tenant: team-a
                queries:
                  - {signal: queue_length, query: "sum by (model) (q)"}
                  - {signal: queue_time, query: "w", unit: ms}
                  - timing: model_latency_seconds
                    unit: us
                    p50: a
                    p95: b
                    p99: c
                    mean: d
                    stddev: e
                    rate: f
                  - {timing: sizes, p99: g}
            """
        let settings = try #require(try decode(text).configuration.services.first).settings
        #expect(settings.profileID == "promql")
        #expect(settings.url == "http://prom:9090/prometheus/")
        #expect(
            settings.source
                == .promql(
                    PromQLSettings(
                        signals: [
                            PromQLSignal(.queueLength, "sum by (model) (q)"),
                            PromQLSignal(.queueTime, "w", scale: 1e-3),
                        ],
                        timings: [
                            PromQLTiming(
                                "model_latency_seconds",
                                [.p50: "a", .p95: "b", .p99: "c", .mean: "d", .stddev: "e", .rate: "f"], scale: 1e-6),
                            PromQLTiming("sizes", [.p99: "g"]),
                        ], modelLabels: ["endpoint"], seriesMax: 500, shard: PromQLShard(2, of: 3), tenant: "team-a")))
    }

    @Test("an engine is asked every 15 s, and its URL stays as it is")
    func defaults() throws {
        let service = try service("\(Self.url), queries: [{signal: requests, query: q}]")
        #expect(service.name == "promql")
        #expect(service.url == "http://prom:9090")
        #expect(service.settings.interval == 15)
        #expect(service.settings.timeout == 10)
        #expect(service.queries?.seriesMax == PromQLLimits.seriesPerQueryDefault)
        #expect(service.queries?.shard == nil)
        #expect(service.queries?.modelLabels == [])
    }

    @Test("as many queries as are taken can be written")
    func most() throws {
        let list = Array(repeating: "{signal: requests, query: q}", count: PromQLLimits.queriesMax)
        #expect(
            try service("\(Self.url), queries: [\(list.joined(separator: ","))]").queries?.queryCount
                == PromQLLimits.queriesMax)
    }

    private static let wrong: [(String, String)] = [
        ("\(url)", "services[0].queries: the key is missing; write for example queries:"),
        ("\(url), queries: []", "services[0].queries: nothing is asked"),
        ("queries: [{signal: requests, query: q}]", "services[0].url: the key is missing; write where the engine is"),
        ("\(url), queries: [{query: q}]", "services[0].queries[0]: the query is for nothing; write either signal:"),
        (
            "\(url), queries: [{signal: requests, query: q}, {signal: requests, timing: t, query: q}]",
            "services[0].queries[1]: the query is for two things"
        ),
        ("\(url), queries: [{signal: request, query: q}]", "'request' is not known here; did you mean 'requests'?"),
        ("\(url), queries: [{signal: requests}]", "services[0].queries[0].query: the key is missing"),
        ("\(url), queries: [{signal: requests, query: \" \"}]", "is not a query; write it in PromQL"),
        (
            "\(url), queries: [{signal: requests, query: q, p99: q}]",
            "services[0].queries[0].p99: a signal has no statistics; write timing:"
        ),
        (
            "\(url), queries: [{timing: t, query: q, p99: q}]",
            "services[0].queries[0].query: a timing has a query for each statistic"
        ),
        ("\(url), queries: [{timing: t, p99: q}, {timing: u}]", "services[0].queries[1]: the timing has no statistic"),
        ("\(url), queries: [{timing: t, p99: q, p90: q}]", "services[0].queries[0].p90: unknown key"),
        ("\(url), queries: [{timing: t.u, p99: q}]", "'t.u' is not the name of a timing"),
        ("\(url), queries: [{timing: latencyd_t, p99: q}]", "begins as the daemon's own names do"),
        ("\(url), queries: [{timing: t_ms, p99: q}]", "call it t_seconds, and write unit: ms"),
        ("\(url), queries: [{timing: t, p99: q, unit: us}]", "call the timing t_seconds, or leave the unit out"),
        (
            "\(url), queries: [{timing: t, p99: q}, {timing: t, p50: q}]",
            "services[0].queries[1].timing: the timing 't' is there already"
        ),
        (
            "\(url), queries: [\(Array(repeating: "{signal: requests, query: q}", count: 60).joined(separator: ",")), "
                + "{timing: t, p50: a, p95: b, p99: c, mean: d, rate: e}]",
            "the list has 65 queries, one for each statistic of a timing; write at most 64"
        ),
        ("\(url), limit: 0, queries: [{signal: requests, query: q}]", "services[0].limit: "),
        ("\(url), shard: 1, queries: [{signal: requests, query: q}]", "'1' is not a part of the series; write for"),
        ("\(url), shard: 0/2, queries: [{signal: requests, query: q}]", "count from 1: write 1/3, 2/3 and 3/3"),
        ("\(url), shard: 3/2, queries: [{signal: requests, query: q}]", "'3/2' is no part of the series"),
        ("\(url), shard: \"+1/2\", queries: [{signal: requests, query: q}]", "'+1/2' is not a part of the series"),
        ("\(url), tenant: \"a b\", queries: [{signal: requests, query: q}]", "is not the name of a tenant"),
        (
            "url: \"http://h/api/v1/query\", queries: [{signal: requests, query: q}]",
            "ends with the path of the API; leave out /api/v1/query"
        ),
        ("url: \"http://h/?a=b\", queries: [{signal: requests, query: q}]", "has parameters; leave out what follows"),
        (
            "\(url), api_url: \"http://h\", queries: [{signal: requests, query: q}]",
            "services[0].api_url: the profile promql asks for everything by query"
        ),
    ]

    @Test("what is wrong is told with place and remedy", arguments: wrong)
    func refused(service: String, says: String) {
        let lines = errorLines("services: [{profile: promql, \(service)}]")
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains(says) == true, "\(lines)")
    }

    @Test("other profiles have no queries", arguments: ["queries: []", "shard: 1/2", "limit: 3", "tenant: a"])
    func others(key: String) {
        let lines = errorLines("services: [{profile: triton, \(key)}]")
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains("the profile triton reads a page of metrics; write profile: promql") == true)
    }
}
