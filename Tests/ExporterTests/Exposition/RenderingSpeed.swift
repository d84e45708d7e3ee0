import Exporter
import FoundationEssentials
import Telemetry
import TestSupport
import Testing

/// Prints what a page of 20,000 histogram series costs. No threshold: machines differ.
/// `MEASURE=1 swift test --disable-xctest -c release -Xswiftc -enable-testing --filter RenderingSpeed`
@Suite("RenderingSpeed", .enabled(if: ProcessInfo.processInfo.environment["MEASURE"] == "1"))
struct RenderingSpeed {
    @Test("a page of 20,000 histogram series", arguments: ["text", "OpenMetrics", "protobuf"])
    func page(name: String) {
        let format: any ExpositionFormat =
            switch name {
            case "text": TextFormat()
            case "OpenMetrics": OpenMetricsFormat()
            default: ProtobufFormat()
            }
        let families = [Self.family]
        var best = Duration.seconds(1000)
        var byteCount = 0
        for _ in 0..<5 {
            let elapsed = ContinuousClock().measure { byteCount = format.page(families).count }
            best = min(best, elapsed)
        }
        let seconds = Double(best.components.attoseconds) / 1e18 + Double(best.components.seconds)
        let megabytes = Double(byteCount) / 1e6
        print("\(name): \(megabytes) MB in \(seconds * 1000) ms, \(megabytes / seconds) MB/s")
    }

    static let family: MetricFamily = {
        var generator = SeededGenerator(seed: 1)
        let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
        let samples = (0..<20_000).map { number in
            let values = (0..<200).map { _ in Double.random(in: 0.01...0.1, using: &generator) }
            return Sample(
                ["model": "model-\(number)", "endpoint": "/v1/completions", "replica": "7"],
                .histogram(TrapFamilies.snapshot(values, bounds: bounds)), createdSeconds: 1_700_000_000.5)
        }
        let descriptor = MetricDescriptor(.histogram, "inference_latency_seconds", unit: .seconds, help: "Pushed.")
        return MetricFamily(descriptor, samples)
    }()
}
