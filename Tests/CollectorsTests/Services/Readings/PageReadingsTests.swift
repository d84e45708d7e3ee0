import Telemetry
import Testing

@testable import Collectors

@Suite("Page readings")
struct PageReadingsTests {
    private static let profile = ServiceProfile(
        id: "test", title: "a server", ports: [], modelLabels: ["model", "name"], copyLabels: ["rank"],
        signals: [
            .queueLength: [.gauge("queue"), .gauge("old_queue")],
            .queueTime: [.mean(of: "wait_us", per: "requests", scale: 1e-6)],
            .requestTime: [.distribution("seconds")],
            .requests: [.counter("requests")],
            .cacheUsage: [.gauge("cache")],
            .batchSize: [.distribution("api:batch")],
        ])

    private static func page(_ samples: ScrapedSample...) -> [String: [ScrapedSample]] {
        Dictionary(grouping: samples, by: \.name)
    }

    private static func busy(_ requests: Double, wait: Double, model: String = "a") -> [String: [ScrapedSample]] {
        page(ScrapedSample("requests", ["model": model], requests), ScrapedSample("wait_us", ["model": model], wait))
    }

    private func flat(_ round: PageReadings.Round) -> [String: Double] { FlatReadings.flat(round.readings) }

    @Test("after a round that failed, what counted on is counted, and what is new is not")
    func failedRound() {
        var readings = PageReadings(Self.profile)
        _ = readings.take(Self.busy(100, wait: 1e6))
        readings.miss()
        var page = Self.busy(110, wait: 1.5e6)
        page["requests"]?.append(ScrapedSample("requests", ["model": "b"], 5_000))
        page["wait_us"]?.append(ScrapedSample("wait_us", ["model": "b"], 9e9))
        #expect(flat(readings.take(page)) == ["requests a": 10, "requests b": 0, "queue_time a": 0.05])
        page["requests"]?[1].value += 2
        page["wait_us"]?[1].value += 4e6
        #expect(flat(readings.take(page)) == ["requests a": 0, "requests b": 2, "queue_time b": 2])
    }

    @Test("a model that comes between two good rounds began at zero; one that goes leaves nothing behind")
    func modelsComeAndGo() {
        func both(_ a: Double, _ b: Double) -> [String: [ScrapedSample]] {
            Self.busy(a, wait: a * 125_000).merging(Self.busy(b, wait: b * 2e6, model: "b")) { $0 + $1 }
        }
        var readings = PageReadings(Self.profile)
        _ = readings.take(Self.busy(100, wait: 1.25e7))
        #expect(
            flat(readings.take(both(101, 4)))
                == ["requests a": 1, "queue_time a": 0.125, "requests b": 4, "queue_time b": 2])
        #expect(flat(readings.take(Self.busy(5, wait: 1e7, model: "b"))) == ["requests b": 1, "queue_time b": 2])
        // It is back with what it had.
        #expect(flat(readings.take(both(103, 5))) == ["requests a": 2, "queue_time a": 0.125, "requests b": 0])
    }

    @Test("a restart is told by one counter that fell, though others have passed their old values")
    func restart() {
        var readings = PageReadings(Self.profile)
        _ = readings.take(Self.busy(100, wait: 1e6))
        // Four requests since the start, which waited for ten seconds in all.
        #expect(flat(readings.take(Self.busy(4, wait: 1e7))) == ["requests a": 0])
        #expect(flat(readings.take(Self.busy(6, wait: 1.1e7))) == ["requests a": 2, "queue_time a": 0.5])
    }

    @Test("a model that began anew takes nothing from the others")
    func restartOfOne() {
        var readings = PageReadings(Self.profile)
        let one = Self.busy(100, wait: 1e6), other = Self.busy(100, wait: 1e6, model: "b")
        _ = readings.take(one.merging(other) { $0 + $1 })
        let round = readings.take(
            Self.busy(1, wait: 5e6).merging(Self.busy(110, wait: 2e6, model: "b")) { $0 + $1 })
        #expect(flat(round) == ["requests a": 0, "requests b": 10, "queue_time b": 0.1])
    }

    @Test(
        "where a model began anew, another one that may have is not trusted either",
        arguments: [
            // What the other one's count was and is.
            (1, 2, 0), (5, 10, 0), (6, 11, 5), (5, 5, 0), (0, 3, 0),
        ] as [(Double, Double, Double)])
    func restartOfAll(_ before: Double, _ now: Double, _ counted: Double) {
        var readings = PageReadings(Self.profile)
        let fallen = Self.busy(3, wait: 1e6)
        _ = readings.take(Self.busy(100, wait: 1e6).merging(Self.busy(before, wait: 0, model: "b")) { $0 + $1 })
        let round = flat(readings.take(fallen.merging(Self.busy(now, wait: 1e7, model: "b")) { $0 + $1 }))
        #expect(round["requests b"] == counted)
        #expect((round["queue_time b"] == nil) == (counted == 0))
    }

    @Test("after a page that was cut short nothing is taken for new")
    func truncated() {
        var readings = PageReadings(Self.profile)
        _ = readings.take(Self.busy(1, wait: 0), isWhole: false)
        #expect(flat(readings.take(Self.busy(900, wait: 9e9, model: "b"))) == ["requests b": 0])
    }

    @Test("an API that answers late says nothing of what was before")
    func lateAPI() {
        var readings = PageReadings(Self.profile)
        func batch(_ count: Double, _ sum: Double) -> [String: [ScrapedSample]] {
            Self.page(ScrapedSample("api:batch_count", [:], count), ScrapedSample("api:batch_sum", [:], sum))
        }
        _ = readings.take([:], hasAPI: false)
        #expect(flat(readings.take(batch(1_000, 8_000))) == [:])
        #expect(flat(readings.take(batch(1_002, 8_010))) == ["batch_size": 5])
    }

    @Test(
        "takes no gauge that is no number or below zero",
        arguments: [(3, 3), (0, 0), (-1, nil), (.nan, nil), (.infinity, nil)] as [(Double, Double?)])
    func gauges(_ value: Double, _ read: Double?) {
        var readings = PageReadings(Self.profile)
        let round = readings.take(Self.page(ScrapedSample("queue", [:], value)))
        #expect(flat(round)["queue_length"] == read)
    }

    @Test("zero has no sign")
    func negativeZero() {
        var readings = PageReadings(Self.profile)
        let round = readings.take(Self.page(ScrapedSample("queue", [:], -0.0)))
        #expect(flat(round)["queue_length"]?.sign == .plus)
    }

    @Test("adds queues up, takes the largest share, and of copies one")
    func combines() {
        var readings = PageReadings(Self.profile)
        let round = readings.take(
            Self.page(
                ScrapedSample("queue", ["model": "a", "engine": "0", "rank": "0"], 3),
                ScrapedSample("queue", ["model": "a", "engine": "0", "rank": "1"], 3),
                ScrapedSample("queue", ["model": "a", "engine": "1", "rank": "0"], 4),
                ScrapedSample("cache", ["model": "a", "engine": "0"], 0.5),
                ScrapedSample("cache", ["model": "a", "engine": "1"], 0.75)))
        #expect(flat(round) == ["queue_length a": 7, "cache_usage a": 0.75])
    }

    @Test("reads the first source that the page has, and a model from the first label that a series has")
    func alternates() {
        var readings = PageReadings(Self.profile)
        let old = readings.take(Self.page(ScrapedSample("old_queue", ["name": "a", "model": ""], 2)))
        #expect(flat(old) == ["queue_length a": 2])
        let both = readings.take(
            Self.page(ScrapedSample("old_queue", ["name": "a"], 2), ScrapedSample("queue", ["name": "a"], 5)))
        #expect(flat(both) == ["queue_length a": 5])
    }

    @Test("a source that takes another one's place goes on from where it was; what both counted is counted once")
    func alternateCounters() {
        let profile = ServiceProfile(
            id: "test", title: "a server", ports: [],
            signals: [
                .requests: [.counter("proxy_total"), .counter("replica_total")],
                .batchSize: [.distribution("api:batch"), .mean(of: "items", per: "batches")],
            ])
        func page(_ proxy: Double?, _ replica: Double) -> [String: [ScrapedSample]] {
            var samples = [
                ScrapedSample("replica_total", [:], replica), ScrapedSample("items", [:], replica * 4),
                ScrapedSample("batches", [:], replica),
            ]
            if let proxy {
                samples += [
                    ScrapedSample("proxy_total", [:], proxy), ScrapedSample("api:batch_count", [:], proxy),
                    ScrapedSample("api:batch_sum", [:], proxy * 2),
                ]
            }
            return Dictionary(grouping: samples, by: \.name)
        }
        var readings = PageReadings(profile)
        let rounds = [
            page(5_000, 900_000), page(5_003, 900_003), page(nil, 900_007), page(nil, 900_008), page(5_010, 900_010),
            page(5_011, 900_011), page(nil, 900_011), page(1, 900_012), page(3, 900_014),
        ].map { flat(readings.take($0)) }
        #expect(rounds.map { $0["requests"] } == [0, 3, 4, 1, 0, 1, 0, 0, 2])
        #expect(rounds.map { $0["batch_size"] } == [nil, 2, 4, 4, nil, 2, nil, nil, 2])
    }

    @Test("sum, count and buckets of a histogram go on together, or its interval says nothing")
    func histogram() {
        func page(_ sum: Double, _ count: Double, _ buckets: [Double]) -> [String: [ScrapedSample]] {
            var samples = [ScrapedSample("seconds_sum", [:], sum), ScrapedSample("seconds_count", [:], count)]
            for (bound, count) in zip(["0.1", "1", "+Inf"], buckets) {
                samples.append(ScrapedSample("seconds_bucket", ["le": bound], count))
            }
            return Dictionary(grouping: samples, by: \.name)
        }
        var readings = PageReadings(Self.profile)
        _ = readings.take(page(1, 10, [9, 10, 10]))
        #expect(
            readings.take(page(2, 14, [11, 14, 14])).readings == [
                SignalReading(
                    .requestTime, [:],
                    .distribution(IntervalDistribution(count: 4, sum: 1, bounds: [0.1, 1], counts: [2, 2, 0])))
            ])
        // Buckets that fell tell a restart.
        #expect(readings.take(page(3, 20, [1, 20, 20])).readings == [])
        // A histogram whose buckets make no sense has a mean.
        #expect(flat(readings.take(page(4, 21, [1, .nan, 21]))) == ["request_time": 1])
        #expect(flat(readings.take(page(.nan, 22, [1, 22, 22]))) == [:])
    }

    @Test("of series with unlike bounds those are counted that the model had, busy or not, until they are gone")
    func unlikeBounds() {
        /// Counts of a series with bounds of 1 s and 2 s, and of one with a bound of 5 s.
        func page(_ one: Double?, _ other: Double) -> [String: [ScrapedSample]] {
            let series = [("one", ["1", "2", "+Inf"], one), ("other", ["5", "+Inf"], other)]
            let samples = series.flatMap { handler, bounds, count -> [ScrapedSample] in
                guard let count else { return [] }
                let labels: LabelSet = ["model": "a", "handler": handler]
                return [
                    ScrapedSample("seconds_count", labels, count), ScrapedSample("seconds_sum", labels, count / 2),
                ] + bounds.map { ScrapedSample("seconds_bucket", labels.adding([Label("le", $0)]), count) }
            }
            return Dictionary(grouping: samples, by: \.name)
        }
        var readings = PageReadings(Self.profile)
        func bounds(_ one: Double?, _ other: Double) -> ([Double]?, dropped: Int, mean: Double?) {
            let round = readings.take(page(one, other))
            guard case .distribution(let distribution) = round.readings.first?.value else {
                return (nil, round.droppedCount, nil)
            }
            #expect(distribution.counts.isEmpty == distribution.bounds.isEmpty)
            return (distribution.counts.isEmpty ? nil : distribution.bounds, round.droppedCount, distribution.mean)
        }
        _ = bounds(0, 0)
        #expect(bounds(1, 0) == ([1, 2], 0, 0.5))
        #expect(bounds(1, 3) == (nil, 1, 0.5))
        #expect(bounds(2, 3) == ([1, 2], 0, 0.5))
        #expect(bounds(3, 4) == ([1, 2], 1, 0.5))
        #expect(bounds(3, 4) == (nil, 0, nil))
        // Once it is gone the other takes its place, and keeps it.
        #expect(bounds(nil, 6) == ([5], 0, 0.5))
        #expect(bounds(9, 7) == ([5], 1, 0.5))
    }

    @Test("of too many models those that the page has first are taken, in every round")
    func firstModels() {
        var readings = PageReadings(Self.profile)
        for round in 0..<4 {
            // What of them is on the page differs, and how many are beyond the limit.
            let names = (0..<PageReadings.modelsMax).map { "m\($0)" } + (0...(round * 700)).map { "x\($0)" }
            let samples = names.map { ScrapedSample("queue", ["model": $0], 1) }
            let taken = readings.take(["queue": samples])
            #expect(Set(taken.readings.map { $0.labels["model"] }) == Set(names.prefix(PageReadings.modelsMax)))
            #expect(taken.droppedCount == round * 700 + 1)
        }
    }

    @Test("models beyond the limit are left out and counted; long names are cut")
    func modelLimit() {
        var readings = PageReadings(Self.profile)
        let long = String(repeating: "é", count: 300)
        let names = (0..<PageReadings.modelsMax).map { "m\($0)" } + [long]
        let samples = names.map { ScrapedSample("queue", ["model": $0], 1) }
        let round = readings.take(["queue": samples.reversed()])
        #expect(round.readings.count == PageReadings.modelsMax)
        #expect(round.droppedCount == 1)
        #expect(round.readings.contains { $0.labels["model"] == String(repeating: "é", count: 256) })
    }

    @Test("tells what is missing once a request was served, and of the requests themselves before")
    func missing() {
        var readings = PageReadings(Self.profile)
        #expect(readings.take([:]).missing == [.requests])
        #expect(readings.take(Self.busy(0, wait: 0)).missing == [])
        #expect(
            Set(readings.take(Self.busy(1, wait: 0)).missing) == [.queueLength, .requestTime, .cacheUsage, .batchSize])
    }

    @Test("of a server that prints six digits a long sum is taken from the buckets")
    func digits() {
        let profile = ServiceProfile(
            id: "test", title: "a server", ports: [], digits: 6, signals: [.requestTime: [.distribution("us")]])
        func page(_ sum: Double, _ count: Double, _ second: Double) -> [String: [ScrapedSample]] {
            Dictionary(
                grouping: [
                    ScrapedSample("us_sum", [:], sum), ScrapedSample("us_count", [:], count),
                    ScrapedSample("us_bucket", ["le": "100"], 10), ScrapedSample("us_bucket", ["le": "200"], second),
                    ScrapedSample("us_bucket", ["le": "+Inf"], count),
                ], by: \.name)
        }
        var readings = PageReadings(profile)
        _ = readings.take(page(1.23456e8, 110, 110))
        // The last digit printed is 100 µs, and 16,000 were added: the sum is to be trusted, whatever the buckets say.
        #expect(
            flat(readings.take(page(1.23472e8, 120, 120))) == ["request_time": 1_600, "request_time in buckets": 10])
        _ = readings.take(page(1.23456e12, 130, 130))
        // Now it is a second: nothing seems to have been added. All ten lie between 100 and 200 µs.
        #expect(
            flat(readings.take(page(1.23456e12, 140, 140))) == ["request_time": 150, "request_time in buckets": 10])
    }
}
