import Collectors
import Exporter
import Telemetry
import Testing

/// What the daemon itself exposes, read back.
@Suite("The daemon's own pages")
struct OwnPageTests {
    private static func families(_ classicBounds: [Double]) -> [MetricFamily] {
        var histogram = ExponentialHistogram()
        var counts = [UInt64](repeating: 0, count: classicBounds.count + 1)
        for value in [0, 0.001, 0.004, 0.02, 0.02, 0.4, 3, 250] {
            histogram.record(value)
            counts[classicBounds.firstIndex { value <= $0 } ?? classicBounds.count] += 1
        }
        let snapshot = HistogramSnapshot(
            exponential: histogram, classicBounds: classicBounds, classicCounts: counts)
        return [
            MetricFamily(
                MetricDescriptor(.counter, "work_seconds", unit: .seconds, help: "Work\nin two lines."),
                [Sample(["a": "x\\y\"z\nü"], 1.25, createdSeconds: 1_700_000_000.5), Sample([:], 3)]),
            MetricFamily(
                MetricDescriptor(.gauge, "depth", help: "Depth."),
                [Sample(["m": "a"], -0.5), Sample(["m": "b"], 1e-9)]),
            MetricFamily(
                MetricDescriptor(.histogram, "latency_seconds", unit: .seconds, help: "Latency."),
                [Sample(["m": "a"], .histogram(snapshot), createdSeconds: 1_700_000_000)]),
        ]
    }

    private static func page(_ format: any ExpositionFormat, _ families: [MetricFamily]) -> [UInt8] {
        var page: [UInt8] = []
        for family in families { format.append(family, to: &page) }
        format.appendEnd(to: &page)
        return page
    }

    /// Values by name and labels, with bounds as numbers, for formats write them differently.
    private static func values(_ page: ScrapedPage) -> [String: Double] {
        var values: [String: Double] = [:]
        for sample in page.samples.values.joined() where !sample.name.hasSuffix("_created") {
            let labels = sample.labels.labels.map { label in
                label.name == "le" ? "le=\(Double(label.value) ?? .nan)" : "\(label.name)=\(label.value)"
            }
            values["\(sample.name){\(labels.joined(separator: ","))}"] = sample.value
        }
        return values
    }

    @Test("Every format is read as the same samples")
    func same() throws {
        let families = Self.families([0.005, 0.1, 1, 10])
        let text = try ParsedPage.parse(Self.page(TextFormat(), families), .text)
        let openMetrics = try ParsedPage.parse(Self.page(OpenMetricsFormat(), families), .openMetrics)
        let protobuf = try ParsedPage.parse(Self.page(ProtobufFormat(), families), .protobuf)
        #expect(Self.values(text).count == 11)
        #expect(Self.values(openMetrics) == Self.values(text))
        #expect(Self.values(protobuf) == Self.values(text))
        #expect(text["work_seconds_total"].first?.labels == ["a": "x\\y\"z\nü"])
        #expect(openMetrics["work_seconds_created"].first?.value == 1_700_000_000.5)
        #expect(protobuf.kinds["latency_seconds"] == .histogram && openMetrics.kinds["work_seconds"] == .counter)
        for page in [text, openMetrics, protobuf] {
            #expect(page.malformedCount == 0 && page.duplicateCount == 0)
        }
    }

    @Test("A histogram without classic buckets has those of its native ones, each value within its own")
    func native() throws {
        let page = try ParsedPage.parse(Self.page(ProtobufFormat(), Self.families([])), .protobuf)
        let buckets = page["latency_seconds_bucket"].map { (Double($0.labels["le"] ?? "") ?? .nan, $0.value) }
        #expect(buckets.last?.0 == .infinity && buckets.last?.1 == 8)
        #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.0 < $1.0 && $0.1 <= $1.1 })
        for (value, atOrBelow) in [(0.001, 2.0), (0.004, 3), (0.02, 5), (0.4, 6), (3, 7), (250, 8)] {
            let place = try #require(buckets.firstIndex { $0.0 >= value })
            #expect(buckets[place].1 == atOrBelow, "\(value)")
            // A bucket at schema 5 is 2.2 % wide.
            #expect(buckets[place].0 <= value * 1.0220 && buckets[place - 1].0 >= value / 1.0220, "\(value)")
        }
    }
}
