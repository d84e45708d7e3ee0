import Collectors
import Exporter
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("docs/metrics.md")
struct MetricsPageTests {
    /// Every family that the daemon itself can expose.
    private static let descriptors: [MetricDescriptor] =
        TimingMetrics.descriptors + LearnedMetrics.descriptors + SignalMetrics.descriptors + AlertMetrics.descriptors
        + PushMetrics.descriptors
        + CollectorRunner.descriptors
        + SelfMetrics.descriptors + WebMetrics.descriptors + NotificationMetrics.descriptors + [MemoryRelief.descriptor]
        + StateMetrics.descriptors + ServiceMetrics.descriptors
        + HardwareCollectors.all.flatMap { $0.descriptors }

    /// The page's rows about the daemon's own metrics, by name.
    private static func rows() -> [String: [String]] {
        let rows = MarkdownTable.rows(of: Repository.text("docs/metrics.md")).filter { $0[0].hasPrefix("`latencyd_") }
        return Dictionary(rows.map { (MarkdownTable.codes(in: $0[0])[0], $0) }) { first, second in
            Issue.record("\(first[0]) has two rows")
            return second
        }
    }

    @Test("names every metric of the code, and none that the code does not have")
    func complete() {
        #expect(Set(Self.rows().keys).symmetricDifference(Self.descriptors.map(\.sampleName)).sorted() == [])
        #expect(Set(Self.descriptors.map(\.name)).count == Self.descriptors.count)
    }

    @Test("says each metric's type and unit", arguments: descriptors)
    func kindAndUnit(_ descriptor: MetricDescriptor) throws {
        let row = try #require(Self.rows()[descriptor.sampleName])
        #expect(row[1] == descriptor.kind.rawValue)
        #expect(row[2] == descriptor.unit.suffix)
    }

    @Test(
        "names the labels of the metrics about the sockets and the daemon itself, and their values where it lists them")
    func labels() throws {
        var http = HTTPServerCounters()
        http.responses = [2: 1]
        let ingestor = PushIngestor(store: SeriesStore(), options: PushOptions(), seed: 1)
        let rows = Self.rows()
        for family in PushMetrics.families(ingestor, connectionCount: 0) + SelfMetrics.families(http)
            + StateMetrics.families(StateMetrics.Readings())
        {
            let cell = try #require(rows[family.descriptor.sampleName])[3]
            let documented = Set(MarkdownTable.codes(in: cell))
            for label in family.samples.flatMap(\.labels.labels) {
                #expect(documented.contains(label.name), "\(family.descriptor.name)")
                if cell.contains(":") { #expect(documented.contains(label.value), "\(family.descriptor.name)") }
            }
            if family.samples.allSatisfy({ $0.labels.labels.isEmpty }) { #expect(documented.isEmpty) }
        }
    }

    @Test("the page on pushing names every reason for which something is refused")
    func reasons() {
        let codes = MarkdownTable.rows(of: Repository.text("docs/pushing-timings.md"))
            .flatMap { MarkdownTable.codes(in: $0[0]) }
        for reason in MalformedReason.allCases.map(\.rawValue) + DropReason.allCases.map(\.rawValue) {
            #expect(codes.contains(reason), "\(reason)")
        }
    }
}
