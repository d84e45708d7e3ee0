import Telemetry
import Testing

@testable import Collectors

@Suite("Timings of which a server states the quantiles")
struct StatedTimingTests {
    private static let profile = ServiceProfile(
        id: "test", title: "Test", ports: [], modelLabels: ["model"],
        signals: [.requestTime: [.distribution("request_us", scale: SignalSource.microseconds)]])
    private static let timing = "latencyd_service_request_duration_seconds"

    /// A summary of one model: in each row the version's labels, its count, its sum, its quantiles.
    private static func page(_ rows: [(String, Double, Double, [String: Double])]) -> [String: [ScrapedSample]] {
        var samples: [String: [ScrapedSample]] = [:]
        for (version, count, sum, quantiles) in rows {
            let labels: LabelSet = ["model": "m", "version": version]
            samples["request_us_count", default: []].append(ScrapedSample("request_us_count", labels, count))
            samples["request_us_sum", default: []].append(ScrapedSample("request_us_sum", labels, sum))
            for (quantile, value) in quantiles {
                samples["request_us", default: []].append(
                    ScrapedSample("request_us", labels.adding([Label("quantile", quantile)]), value))
            }
        }
        return samples
    }

    private struct Service {
        let board = ServiceBoard()
        var readings = PageReadings(StatedTimingTests.profile)
        var seconds = 0.0

        init() {
            board.begin(
                ServiceSettings(name: "a", source: .page(StatedTimingTests.profile), url: "http://a"), unixSeconds: 0)
        }

        mutating func read(_ samples: [String: [ScrapedSample]]?, after pause: Double = 5) {
            seconds += pause
            var round = ServiceRound()
            if let samples {
                round.readings = readings.take(samples, at: seconds).readings
            } else {
                readings.miss()
                round.failure = ServiceFailure(.timeout, "late")
            }
            board.take(round, of: "a", monotonicSeconds: seconds, unixSeconds: seconds)
        }

        func endWindow() -> [TimingSummary] {
            #expect(board.endWindows(1, windowSeconds: 10).isEmpty)
            return board.statedTimings()
        }
    }

    private static func summary(_ summary: WindowSummary) -> [TimingSummary] {
        [
            TimingSummary(
                timing: timing, unit: .seconds, labels: ["model": "m", "profile": "test", "service": "a"],
                summary: summary)
        ]
    }

    @Test("The quantiles are the server's, the slowest series', and count and mean those of the trailing minute")
    func quantiles() {
        var service = Service()
        service.read(Self.page([("1", 100, 1e6, ["0.5": 1e4]), ("2", 7, 1e5, [:])]))
        #expect(service.endWindow().isEmpty)
        let quantiles = ["0.5": 2e4, "0.9": 3e4, "0.95": 4e4, "0.99": 5e4, "0.999": 9e4]
        service.read(Self.page([("1", 110, 1.2e6, quantiles), ("2", 17, 3e5, ["0.5": 3e4, "0.99": 1e4])]))
        let summary = service.endWindow()
        #expect(summary.first?.summary.mean.map { abs($0 - 0.02) < 1e-9 } == true)
        var expected = WindowSummary(count: 20, spanSeconds: 10, p50: 3e4 * 1e-6, p95: 4e4 * 1e-6, p99: 5e4 * 1e-6)
        expected.mean = summary.first?.summary.mean
        #expect(summary == Self.summary(expected))
        #expect(service.board.statedTimings() == summary)
    }

    @Test("Without requests in the trailing minute the server's old quantiles are not shown")
    func quiet() {
        var service = Service()
        let quantiles = ["0.5": 2e4, "0.99": 5e4]
        service.read(Self.page([("1", 100, 1e6, quantiles)]))
        service.read(Self.page([("1", 110, 1.1e6, quantiles)]))
        #expect(service.endWindow().first?.summary.count == 10)
        for window in 2...6 {
            service.read(Self.page([("1", 110, 1.1e6, quantiles)]))
            let summary = service.endWindow().first?.summary
            #expect(summary?.count == 10 && summary?.p99 == 5e4 * 1e-6)
            #expect(summary?.spanSeconds == Double(window) * 10)
        }
        service.read(Self.page([("1", 110, 1.1e6, quantiles)]))
        #expect(service.endWindow() == Self.summary(WindowSummary(count: 0, spanSeconds: 60)))
    }

    @Test("A server that does not answer has no quantiles, nor has one that says NaN")
    func absent() {
        var service = Service()
        service.read(Self.page([("1", 100, 1e6, ["0.99": 5e4])]))
        service.read(Self.page([("1", 110, 1.1e6, ["0.99": 5e4])]))
        #expect(service.endWindow().first?.summary.p99 != nil)
        service.read(nil)
        let missed = service.endWindow().first?.summary
        #expect(missed?.count == 10 && missed?.p99 == nil)
        service.read(Self.page([("1", 120, 1.2e6, ["0.99": .nan])]))
        #expect(service.endWindow().first?.summary.p99 == nil)
    }

    @Test("A summary without quantiles is no timing")
    func without() {
        var service = Service()
        service.read(Self.page([("1", 100, 1e6, [:])]))
        service.read(Self.page([("1", 110, 1.1e6, [:])]))
        #expect(service.endWindow().isEmpty)
    }

    @Test("Counts without end do not break anything")
    func huge() {
        var service = Service()
        let rows = (0..<40).map { ("\($0)", 0.0, 0.0, ["0.99": 1.0]) }
        service.read(Self.page(rows))
        for _ in 0..<3 {
            for factor in [0.5, 1.0] {
                service.read(Self.page(rows.map { ($0.0, 1e15 * factor, 1e15 * factor, $0.3) }))
            }
        }
        #expect(service.endWindow().first?.summary.count == 1_000_000_000_000_000)
    }

    @Test("The timings of queries are handed out with the names of the service")
    func byQuery() {
        let board = ServiceBoard()
        board.begin(ServiceSettings(name: "f", source: .promql(PromQLSettings()), url: "http://p"), unixSeconds: 0)
        var round = ServiceRound()
        let summary = WindowSummary(count: nil, spanSeconds: 60, p99: 1)
        round.timings = [TimingSummary(timing: "t_seconds", unit: .seconds, labels: ["model": "m"], summary: summary)]
        board.take(round, of: "f", monotonicSeconds: 1, unixSeconds: 1)
        #expect(
            board.statedTimings() == [
                TimingSummary(
                    timing: "t_seconds", unit: .seconds,
                    labels: ["model": "m", "profile": "promql", "service": "f"], summary: summary)
            ])
        board.take(ServiceRound(), of: "f", monotonicSeconds: 2, unixSeconds: 2)
        #expect(board.statedTimings().isEmpty)
    }

    @Test(
        "what was counted over more than the trailing minute is not of it; the quantiles are those of the last reading")
    func late() {
        var service = Service()
        service.read(Self.page([("1", 10, 1e6, ["0.5": 50_000])]))
        service.read(Self.page([("1", 90, 9e6, ["0.5": 60_000])]), after: 600)
        service.read(Self.page([("1", 92, 9.4e6, ["0.5": 70_000])]))
        let summary = service.endWindow().first?.summary
        #expect(summary?.count == 2)
        #expect(summary?.mean.map { abs($0 - 0.2) < 1e-9 } == true)
        #expect(summary?.p50.map { abs($0 - 0.07) < 1e-9 } == true)
    }
}
