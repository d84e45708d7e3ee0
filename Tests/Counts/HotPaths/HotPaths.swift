import AnomalyDetect
import Collectors
import Exporter
import Telemetry

/// The hot paths, each run a number of times and nothing else, for instructions and allocations to be counted exactly.
///
/// usage: HotPaths PATH TIMES      prints how many units of work were done
@main
enum HotPaths {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let times = Int(arguments[2]), let path = paths[arguments[1]] else {
            print("usage: HotPaths PATH TIMES, where PATH is one of \(paths.keys.sorted().joined(separator: ", "))")
            return
        }
        print(path(times))
    }

    /// What each does `TIMES` times; all that comes before is the same whatever the number.
    private static let paths: [String: @Sendable (Int) -> Int] = [
        "ingest-packed": { ingest($0, packetBytes: 1_400, valuesPerLine: 1) },
        "ingest-single": { ingest($0, packetBytes: 1, valuesPerLine: 1) },
        "ingest-values": { ingest($0, packetBytes: 1_400, valuesPerLine: 32) },
        "histogram-record": { record($0) },
        "page-text": { page($0, of: gauges, TextFormat()) },
        "page-openmetrics": { page($0, of: gauges, OpenMetricsFormat()) },
        "page-histogram-text": { page($0, of: timings, TextFormat()) },
        "page-histogram-protobuf": { page($0, of: timings, ProtobufFormat()) },
        "judge": { judge($0) },
    ]

    private static let ingestedSeries = 1_000
    private static let exposedSeries = 500

    /// Timings in packets, after each series has come once. A unit is a timing.
    private static func ingest(_ times: Int, packetBytes: Int, valuesPerLine: Int) -> Int {
        var lines = TimingLines(series: ingestedSeries)
        var ingestor = emptyIngestor()
        feed(&ingestor, lines.packets(ingestedSeries, bytes: 1_400, valuesPerLine: 1))
        let packets = lines.packets(ingestedSeries, bytes: packetBytes, valuesPerLine: valuesPerLine)
        let before = ingestor.counters.timings
        for _ in 0..<times { feed(&ingestor, packets) }
        return Int(ingestor.counters.timings - before)
    }

    private static func feed(_ ingestor: inout PushIngestor, _ packets: [[UInt8]]) {
        for packet in packets {
            ingestor.ingest(
                packet: packet.span, sender: Sender(pid: 1, uid: 1),
                at: PushTime(monotonicSeconds: 1, unixSeconds: 1_700_000_000))
        }
    }

    private static func emptyIngestor() -> PushIngestor {
        let options = PushOptions()
        return PushIngestor(store: SeriesStore(limits: options.limits), options: options, seed: 1)
    }

    /// Values of a histogram that has seen their range. A unit is a value.
    private static func record(_ times: Int) -> Int {
        var random = Random()
        let values = (0..<1_000).map { _ in 0.003 + Double(random.next() % 60_000) / 1e6 }
        var histogram = ExponentialHistogram()
        for value in values { histogram.record(value) }
        let before = histogram.count
        for _ in 0..<times {
            for value in values { histogram.record(value) }
        }
        return Int(histogram.count - before)
    }

    private static var gauges: PushIngestor {
        var random = Random()
        var ingestor = emptyIngestor()
        let lines = (0..<exposedSeries).map { place in
            let value = "\(random.next() % 1_000).\(100 + random.next() % 900)"
            return Array("queue.depth:\(value)|g|#model:m\(place / 8),stage:s\(place % 8)".utf8)
        }
        feed(&ingestor, lines)
        return ingestor
    }

    private static var timings: PushIngestor {
        var lines = TimingLines(series: exposedSeries)
        var ingestor = emptyIngestor()
        feed(&ingestor, lines.packets(exposedSeries * 50, bytes: 1_400, valuesPerLine: 1))
        return ingestor
    }

    /// The pushed series as a page, from the store on. A unit is a series.
    private static func page(_ times: Int, of ingestor: PushIngestor, _ format: some ExpositionFormat) -> Int {
        for _ in 0..<times {
            var pushed = PushedFamilies()
            ingestor.store.snapshot(slots: 0..<ingestor.store.slotCount, into: &pushed)
            precondition(format.page(pushed.sorted).count > exposedSeries)
        }
        return times * ingestor.store.seriesCount
    }

    /// A statistic of which three weeks are known, judged and learned. A unit is a value.
    private static func judge(_ times: Int) -> Int {
        var baseline = Baseline(BaselineSettings())
        var random = Random()
        let minutes = (21 * 1_440, 1_000 * times)
        for minute in 0..<(minutes.0 + minutes.1) {
            let instant = LocalInstant(unix: Int64(minute * 60), offset: 0)
            let value = 0.1 + Double(random.next() % 1_000) / 1e5
            if minute >= minutes.0 { _ = baseline.assess(value, count: 100, at: instant) }
            baseline.learn(value, count: 100, at: instant)
        }
        return minutes.1
    }
}
