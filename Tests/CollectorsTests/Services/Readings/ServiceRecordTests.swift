import Testing

@testable import Collectors
@testable import Telemetry

@Suite("Service record")
struct ServiceRecordTests {
    private static let profile = ServiceProfile(id: "test", title: "a server", ports: [], signals: [:])

    private static func record(batchSizeMax: Double? = nil, interval: Double = 5) -> ServiceRecord {
        var settings = ServiceSettings(
            name: "a", source: .page(profile), url: "http://127.0.0.1/metrics", batchSizeMax: batchSizeMax)
        settings.interval = interval
        return ServiceRecord(settings, unixSeconds: 1_000)
    }

    private static func round(_ readings: SignalReading...) -> ServiceRound {
        var round = ServiceRound()
        round.readings = readings
        return round
    }

    private func families(_ record: ServiceRecord) -> [String: [Sample]] {
        var families = ServiceFamilies()
        record.show(in: &families)
        return Dictionary(uniqueKeysWithValues: families.sorted.map { ($0.descriptor.name, $0.samples) })
    }

    private func value(_ record: ServiceRecord, _ name: String, model: String = "m") -> Double? {
        families(record)["latencyd_service_" + name]?.first { $0.labels["model"] == model }.flatMap {
            if case .number(let value) = $0.value { value } else { nil }
        }
    }

    private func histogram(_ record: ServiceRecord, _ name: String) -> HistogramSnapshot? {
        families(record)["latencyd_service_" + name]?.first.flatMap {
            if case .histogram(let histogram) = $0.value { histogram } else { nil }
        }
    }

    @Test("gauges are of the last round, counters add up, and a failed round leaves the counters")
    func rounds() {
        var record = Self.record()
        record.take(
            Self.round(
                SignalReading(.queueLength, ["model": "m"], .number(4)),
                SignalReading(.requests, ["model": "m"], .increase(3))), monotonicSeconds: 0, unixSeconds: 1_001)
        record.take(
            Self.round(
                SignalReading(.queueLength, ["model": "m"], .number(2)),
                SignalReading(.requests, ["model": "m"], .increase(5))), monotonicSeconds: 5, unixSeconds: 1_006)
        #expect(value(record, "queue_length") == 2)
        #expect(value(record, "requests") == 8)
        var failed = ServiceRound()
        failed.failure = ServiceFailure(.timeout, "no answer")
        record.take(failed, monotonicSeconds: 10, unixSeconds: 1_011)
        #expect(value(record, "queue_length") == nil)
        #expect(value(record, "requests") == 8)
        let labels: LabelSet = ["model": "m", "profile": "test", "service": "a"]
        let sample = families(record)["latencyd_service_requests"]?.first
        #expect(sample?.labels == labels)
        #expect(sample?.createdSeconds == 1_001)
    }

    @Test("what got nothing for a quarter of an hour is forgotten, and begins anew")
    func forgets() {
        var record = Self.record()
        let buckets = IntervalDistribution(count: 1, sum: 0.5, bounds: [1], counts: [1, 0])
        record.take(
            Self.round(
                SignalReading(.requests, ["model": "m"], .increase(3)),
                SignalReading(.requestTime, ["model": "m"], .distribution(buckets))),
            monotonicSeconds: 0, unixSeconds: 1_001)
        record.take(ServiceRound(), monotonicSeconds: 899, unixSeconds: 1_900)
        #expect(value(record, "requests") == 3)
        #expect(histogram(record, "request_duration_seconds") != nil)
        record.take(ServiceRound(), monotonicSeconds: 900, unixSeconds: 1_901)
        #expect(value(record, "requests") == nil)
        #expect(histogram(record, "request_duration_seconds") == nil)
        record.take(
            Self.round(SignalReading(.requests, ["model": "m"], .increase(2))), monotonicSeconds: 905,
            unixSeconds: 1_906)
        #expect(value(record, "requests") == 2)
        #expect(families(record)["latencyd_service_requests"]?.first?.createdSeconds == 1_906)
    }

    @Test(
        "where intervals are long, two failed readings leave the counters", arguments: [900, 1_200, 3_600] as [Double])
    func longIntervals(_ interval: Double) {
        var record = Self.record(interval: interval)
        func take(_ round: ServiceRound, at seconds: Double) {
            record.take(round, monotonicSeconds: seconds, unixSeconds: 1_000 + seconds)
        }
        let busy = Self.round(SignalReading(.requests, ["model": "m"], .increase(3)))
        take(busy, at: 0)
        take(ServiceRound(), at: interval)
        take(ServiceRound(), at: 2 * interval)
        take(busy, at: 3 * interval + 0.5)
        #expect(value(record, "requests") == 6)
        for round in 4...6 { take(ServiceRound(), at: Double(round) * interval) }
        #expect(value(record, "requests") == 6)
        take(ServiceRound(), at: 7 * interval)
        #expect(value(record, "requests") == nil)
    }

    @Test(
        "the efficiency of batches is their mean by the largest, where the server does not say it",
        arguments: [
            ([SignalReading(.batchSizeMax, ["model": "m"], .number(16))], nil, 0.25),
            ([], 8, 0.5),
            ([SignalReading(.batchSizeMax, ["model": "m"], .number(16))], 8, 0.25),
            ([SignalReading(.batchSizeMax, ["model": "other"], .number(16))], nil, nil),
            ([SignalReading(.batchEfficiency, ["model": "m"], .number(0.75))], 8, 0.75),
            ([SignalReading(.batchSizeMax, ["model": "m"], .number(0))], nil, nil),
            ([], nil, nil),
        ] as [([SignalReading], Double?, Double?)])
    func efficiency(_ more: [SignalReading], _ configured: Double?, _ efficiency: Double?) {
        for batch in [SignalReading.Value.number(4), .distribution(IntervalDistribution(count: 10, sum: 40))] {
            var record = Self.record(batchSizeMax: configured)
            var round = Self.round(SignalReading(.batchSize, ["model": "m"], batch))
            round.readings += more
            record.take(round, monotonicSeconds: 0, unixSeconds: 1_001)
            #expect(value(record, "batch_efficiency_ratio") == efficiency)
        }
    }

    @Test("an interval in which nothing was observed has no mean")
    func emptyInterval() {
        var record = Self.record()
        record.take(
            Self.round(
                SignalReading(.queueTime, ["model": "m"], .distribution(IntervalDistribution(count: 0, sum: 0)))),
            monotonicSeconds: 0, unixSeconds: 1_001)
        #expect(value(record, "queue_seconds") == nil)
    }

    @Test("a histogram is the server's own buckets, begun anew when its bounds change")
    func histograms() {
        var record = Self.record()
        func take(_ distribution: IntervalDistribution, at seconds: Double) {
            record.take(
                Self.round(SignalReading(.queueTime, ["model": "m"], .distribution(distribution))),
                monotonicSeconds: seconds, unixSeconds: 1_000 + seconds)
        }
        take(IntervalDistribution(count: 3, sum: 1.2, bounds: [0.5, 1], counts: [2, 1, 0]), at: 1)
        take(IntervalDistribution(count: 2, sum: 3, bounds: [0.5, 1], counts: [1, 0, 1]), at: 2)
        var histogram = histogram(record, "queue_duration_seconds")
        #expect(histogram?.classicBounds == [0.5, 1])
        #expect(histogram?.classicCounts == [3, 1, 1])
        #expect(histogram?.exponential.count == 5)
        #expect(abs((histogram?.exponential.sum ?? 0) - 4.2) < 1e-12)
        take(IntervalDistribution(count: 1, sum: 3, bounds: [0.5, 2], counts: [0, 0, 1]), at: 3)
        histogram = self.histogram(record, "queue_duration_seconds")
        #expect(histogram?.classicCounts == [0, 0, 1])
        #expect(families(record)["latencyd_service_queue_duration_seconds"]?.first?.createdSeconds == 1_003)
    }

    @Test("where some series gave no buckets, the mean is of all and the histogram of the others")
    func partialBuckets() {
        var sum = IntervalDistribution(count: 4, sum: 2, bounds: [1], counts: [4, 0])
        sum.add(IntervalDistribution(count: 12, sum: 6, bounds: [2], counts: [12, 0]))
        var record = Self.record()
        record.take(
            Self.round(SignalReading(.queueTime, ["model": "m"], .distribution(sum))), monotonicSeconds: 0,
            unixSeconds: 1_001)
        #expect(value(record, "queue_seconds") == 0.5)
        #expect(histogram(record, "queue_duration_seconds")?.exponential.count == 4)
        #expect(histogram(record, "queue_duration_seconds")?.exponential.sum == 2)
    }

    @Test("buckets beside a mean make a histogram and no gauge")
    func bucketsAlone() {
        var record = Self.record()
        let buckets = IntervalDistribution(count: 2, sum: 1, bounds: [1], counts: [2, 0])
        record.take(
            Self.round(SignalReading(.requestTime, [:], .buckets(buckets))), monotonicSeconds: 0, unixSeconds: 1_001)
        #expect(families(record)["latencyd_service_request_seconds"] == nil)
        #expect(histogram(record, "request_duration_seconds")?.exponential.count == 2)
    }

    @Test("series beyond the limit are left out and counted")
    func limit() {
        var record = Self.record()
        var round = ServiceRound()
        round.readings = (0..<(ServiceRecord.seriesMax + 2)).map {
            SignalReading(.requests, ["model": "\($0)"], .increase(1))
        }
        record.take(round, monotonicSeconds: 0, unixSeconds: 1_001)
        #expect(families(record)["latencyd_service_requests"]?.count == ServiceRecord.seriesMax)
        let dropped = families(record)["latencyd_service_dropped_series"]?.first
        #expect(dropped?.value == .number(2))
    }

    @Test("the windows of a timing are those of the trailing minute")
    func windows() throws {
        var record = Self.record()
        let buckets = IntervalDistribution(count: 2, sum: 1, bounds: [1], counts: [2, 0])
        record.take(
            Self.round(SignalReading(.requestTime, ["model": "m"], .distribution(buckets))), monotonicSeconds: 0,
            unixSeconds: 1_001)
        var counts: [UInt64] = []
        for _ in 0..<8 {
            let windows = try #require(record.endWindows(1, windowsMax: 6, windowSeconds: 10).first)
            counts.append(windows.finished.reduce(0) { $0 + $1.count })
        }
        #expect(counts == [2, 2, 2, 2, 2, 2, 0, 0])
    }

    // MARK: Time

    /// A page that has one more request of half a second in each reading.
    private static let busy = ServiceProfile(
        id: "test", title: "a server", ports: [], signals: [.requestTime: [.distribution("s")]])

    private static func page(_ count: Double) -> [String: [ScrapedSample]] {
        Dictionary(
            grouping: [
                ScrapedSample("s_bucket", ["le": "1"], count), ScrapedSample("s_bucket", ["le": "+Inf"], count),
                ScrapedSample("s_count", [:], count), ScrapedSample("s_sum", [:], count / 2),
            ], by: \.name)
    }

    @Test(
        "what was counted over more than the trailing minute is exposed and is in no window",
        arguments: [
            // Moments of the readings, and how many of the observations after the first reading are in the windows.
            ([0, 5, 10], 20), ([0, 60, 120.2], 20), ([0, 5, 7_200], 10), ([0, 600, 1_200], 0), ([0, 600, 605], 10),
            // A server that does not show its histogram for ten minutes, or is not there.
            ([0, -300, 600, 605], 10), ([0, 5, -200, 600, 605], 20),
        ] as [([Double], UInt64)])
    func late(_ moments: [Double], _ expected: UInt64) throws {
        for isReadable in [true, false] {
            var (record, readings, count) = (Self.record(), PageReadings(Self.busy), 1_000.0)
            for moment in moments {
                var round = ServiceRound()
                if moment >= 0 {
                    round.readings = readings.take(Self.page(count), at: moment).readings
                    count += 10
                } else if isReadable {
                    round.readings = readings.take([:], at: -moment).readings
                } else {
                    readings.miss()
                }
                record.take(round, monotonicSeconds: abs(moment), unixSeconds: 1_000)
            }
            let windows = try #require(record.endWindows(1, windowsMax: 6, windowSeconds: 10).first)
            #expect(windows.finished.reduce(0) { $0 + $1.count } == expected)
            let all = UInt64(count - 1_010)
            let shown = histogram(record, "request_duration_seconds")
            #expect(shown?.classicCounts == [all, 0])
            #expect(shown?.exponential.count == all)
            #expect(shown?.exponential.sum == Double(all) / 2)
        }
    }
}
