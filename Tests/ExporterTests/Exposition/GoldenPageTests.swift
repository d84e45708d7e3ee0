import Exporter
import Telemetry
import Testing

@Suite("pages of families with traps")
struct GoldenPageTests {
    @Test("text 0.0.4 is as written down")
    func text() throws {
        try GoldenFile.expect(TextFormat().page(TrapFamilies.all), toEqual: "traps.txt")
    }

    @Test("OpenMetrics 1.0.0 is as written down")
    func openMetrics() throws {
        try GoldenFile.expect(OpenMetricsFormat().page(TrapFamilies.all), toEqual: "traps.openmetrics.txt")
    }

    @Test("protobuf read back is as written down")
    func protobuf() throws {
        let families = try DecodedFamily.all(ProtobufFormat().page(TrapFamilies.all))
        let dump = families.map(\.dump).joined()
        try GoldenFile.expect(Array(dump.utf8), toEqual: "traps.protobuf.txt")
    }

    @Test("a page without families is empty, in OpenMetrics but for the end mark")
    func empty() {
        #expect(TextFormat().page([]) == [])
        #expect(OpenMetricsFormat().page([]) == Array("# EOF\n".utf8))
        #expect(ProtobufFormat().page([]) == [])
    }

    @Test("labels and bounds of one series do not leak into the next", arguments: [true, false])
    func seriesAreIndependent(bigFirst: Bool) {
        let big = Sample(["a": "1", "b": "2"], .histogram(TrapFamilies.snapshot([0.5], bounds: [0.25, 1, 4])))
        let small = Sample([:], .histogram(TrapFamilies.snapshot([3], bounds: [2])))
        let descriptor = MetricDescriptor(.histogram, "h", help: "")
        let samples = bigFirst ? [big, small] : [small, big]
        let page = String(decoding: TextFormat().page([MetricFamily(descriptor, samples)]), as: UTF8.self)
        let bigLines = """
            h_bucket{a="1",b="2",le="0.25"} 0
            h_bucket{a="1",b="2",le="1"} 1
            h_bucket{a="1",b="2",le="4"} 1
            h_bucket{a="1",b="2",le="+Inf"} 1
            h_sum{a="1",b="2"} 0.5
            h_count{a="1",b="2"} 1

            """
        let smallLines = """
            h_bucket{le="2"} 0
            h_bucket{le="+Inf"} 1
            h_sum 3
            h_count 1

            """
        #expect(page == "# TYPE h histogram\n" + (bigFirst ? bigLines + smallLines : smallLines + bigLines))
    }
}
