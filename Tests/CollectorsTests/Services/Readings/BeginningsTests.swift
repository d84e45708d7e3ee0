import Platform
import Telemetry
import Testing

@testable import Collectors

/// With pages as they come from the network: counters of a server that has counted a million before it was first seen.
@Suite("Counters that are new on a page")
struct BeginningsTests {
    private static let profile = ServiceProfile(
        id: "test", title: "a server", ports: [], modelLabels: ["model"],
        signals: [
            .queueLength: [.gauge("q")],
            .requests: [.counter("c_total")],
            .requestTime: [.distribution("s")],
            .queueTime: [.mean(of: "wait_us", per: "waits", scale: 1e-6)],
        ])

    /// The readings of pages one after the other; nil is one that does not come.
    private static func readings(_ pages: [String?]) throws -> [[String: Double]] {
        var source = PageSource(profile)
        let settings = ServiceSettings(name: "a", source: .page(profile), url: "http://a/metrics")
        return try pages.map { text in
            let request = try #require(try source.begin(ServiceAccess(settings)).first)
            guard let text else {
                return FlatReadings.flat(
                    source.end([ServiceAnswer(request: request, result: .failure(.timedOut))], at: 0).readings)
            }
            request.sink?.begin(status: 200, contentType: "text/plain")
            _ = Array(text.utf8).withUnsafeBytes { request.sink?.take($0) }
            let page = HTTPPage(status: 200, contentType: "text/plain", body: [], seconds: 0)
            return FlatReadings.flat(
                source.end([ServiceAnswer(request: request, result: .success(page))], at: 0).readings)
        }
    }

    private static func histogram(_ count: String) -> String {
        """
        s_bucket{le="1"} \(count)
        s_bucket{le="+Inf"} \(count)
        s_count \(count)
        s_sum \(count)

        """
    }

    @Test(
        "what becomes readable late has its first value for a start, and goes on from there",
        arguments: [
            // A first page without the series, or with it in a form that cannot be read.
            "c_total NaN\n" + histogram("NaN"), "c_total x\n" + histogram("x"), "c_total 1e16\n" + histogram("1e16"),
            "c_total -1\n" + histogram("-1"), "", "# nothing yet\n",
        ])
    func late(_ early: String) throws {
        let whole = (0...3).map { "q 1\nc_total \(1_000_000 + $0)\n" + Self.histogram("\(1_000_000 + $0)") }
        let rounds = try Self.readings(["q 1\n" + early, "q 1\n" + early] + whole)
        let quiet = ["queue_length": 1.0, "requests": 0]
        #expect(rounds[2] == quiet)
        for round in rounds[3...] {
            #expect(round == ["queue_length": 1, "requests": 1, "request_time": 1, "request_time in buckets": 1])
        }
    }

    @Test("a value that can be read every other time only is counted from the first one that could")
    func everyOther() throws {
        let rounds = try Self.readings((0..<9).map { "q 1\nc_total \($0 % 2 == 0 ? "NaN" : "\(1_000_000 + $0)")\n" })
        #expect(rounds.map { $0["requests"] } == [0, 0, 0, 2, 0, 2, 0, 2, 0])
    }

    @Test(
        "a label that changes in each round makes no new counter of an old one",
        arguments: ["pid", "model"])
    func changingLabel(_ label: String) throws {
        for count in [1_000_000, 10] {
            let rounds = try Self.readings((0..<6).map { "c_total{\(label)=\"\($0)\"} \(count + $0)\n" })
            for round in rounds { #expect(round.values.allSatisfy { $0 == 0 }) }
        }
    }

    @Test("what happens for the first time is counted, up to a limit for all new series of a name")
    func firstTime() throws {
        func page(_ failed: [Int]) -> String {
            "c_total{code=\"ok\"} 5000\n"
                + failed.enumerated().map { "c_total{code=\"\($0)\"} \($1)\n" }.joined()
        }
        #expect(try Self.readings([page([]), page([1])])[1] == ["requests": 1])
        #expect(try Self.readings([page([]), page([400, 600])])[1] == ["requests": 1_000])
        #expect(try Self.readings([page([]), page([400, 601])])[1] == ["requests": 0])
        #expect(try Self.readings([page([]), page([400, 601]), page([401, 601])])[2] == ["requests": 1])
    }

    @Test(
        "after a page that was not read to its last line nothing is taken for new",
        arguments: [nil, "c_total{model=\"a\"} 7\nc_total{model=\"b\" 3\n"] as [String?])
    func brokenPage(_ page: String?) throws {
        let first = "c_total{model=\"a\"} 7\n"
        let rounds = try Self.readings([first, page, first + "c_total{model=\"b\"} 4\n"])
        #expect(rounds[2] == ["requests a": 0, "requests b": 0])
        #expect(try Self.readings([first, first, first + "c_total{model=\"b\"} 4\n"])[2]["requests b"] == 4)
    }

    @Test("a sum counts from zero with its count, and not beside one that went on")
    func sums() throws {
        #expect(try Self.readings(["q 1\n", "q 1\nwaits 2\nwait_us 3e6\n"])[1]["queue_time"] == 1.5)
        // The sum of a life, where the count was there before.
        let rounds = try Self.readings(["waits 5\n", "waits 7\nwait_us 100\n", "waits 8\nwait_us 2000100\n"])
        #expect(rounds[1] == [:])
        #expect(rounds[2] == ["queue_time": 2])
        // A count that is new beside a sum that went on.
        #expect(try Self.readings(["waits NaN\nwait_us 5\n", "waits 5\nwait_us 9\n"])[1] == [:])
        #expect(try Self.readings(["wait_us 5\n", "waits 5\nwait_us 9\n"])[1] == [:])
    }
}
