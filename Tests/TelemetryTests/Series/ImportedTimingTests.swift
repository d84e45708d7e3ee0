import TestSupport
import Testing

@testable import Telemetry

@Suite("Imported timings")
struct ImportedTimingTests {
    private static let descriptor = MetricDescriptor(.histogram, "wait_seconds", unit: .seconds, help: "Waits.")
    private static let sizes = MetricDescriptor(.histogram, "batch_size_requests", help: "Sizes.")

    private static func timing(_ bounds: [Double], _ descriptor: MetricDescriptor = descriptor) -> ImportedTiming {
        ImportedTiming(descriptor, [:], bounds: bounds, createdSeconds: 0)
    }

    private func snapshot(_ timing: ImportedTiming) -> HistogramSnapshot {
        guard case .histogram(let snapshot) = timing.sample.value else { fatalError("a timing is a histogram") }
        return snapshot
    }

    @Test("keep the other's buckets exactly, and count and sum")
    func exact() {
        var timing = Self.timing([0.1, 1])
        timing.add([3, 2, 1], sum: 4)
        timing.endWindow(windowsMax: 6)
        timing.add([1, 0, 0], sum: 0.05)
        let snapshot = snapshot(timing)
        #expect(snapshot.classicCounts == [4, 2, 1])
        #expect(snapshot.exponential.count == 7)
        #expect(snapshot.exponential.sum == 4.05)
        // What lies above all bounds is taken for the highest one.
        #expect(snapshot.exponential.maximum == 1)
    }

    @Test("take no counts of other bounds")
    func otherBounds() {
        var timing = Self.timing([0.1, 1])
        timing.add([3, 2], sum: 4)
        timing.add([3, 2, 1, 1], sum: 4)
        #expect(snapshot(timing).exponential.isEmpty)
    }

    @Test("are not upset by any counts and bounds", arguments: [.max, 1 << 63, (1 << 53) + 1, 1, 0] as [UInt64])
    func anyCounts(_ count: UInt64) {
        for bounds in [[], [0], [-1, 0, 1], [1e-300, 1, 1e300], [.leastNonzeroMagnitude]] as [[Double]] {
            var timing = Self.timing(bounds)
            timing.add([UInt64](repeating: count, count: bounds.count + 1), sum: .infinity)
            #expect(snapshot(timing).classicCounts == [UInt64](repeating: count, count: bounds.count + 1))
        }
    }

    @Test("whole numbers stay whole")
    func whole() {
        var timing = Self.timing([1, 2, 4, 8], Self.sizes)
        timing.add([5, 5, 6, 8, 0], sum: 98)
        let histogram = snapshot(timing).exponential
        #expect(histogram.count == 24)
        #expect(histogram.minimum == 1 && histogram.maximum == 8)
        // 3 and 4, 5 to 8: each as often as the others of its bucket.
        #expect(abs((histogram.quantile(0) ?? 0) - 1) < 0.011)
        #expect(abs((histogram.quantile(1) ?? 0) - 8) < 1e-9)
        #expect(abs((histogram.quantile(13.0 / 23) ?? 0) - 4) / 4 < 0.011)
    }

    /// Bounds of servers, in seconds.
    static let servers: [(String, [Double])] = [
        ("vllm", [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60]),
        ("prometheus", [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]),
        ("tfserving", (0..<33).map { 1e-5 * Double(repeating: 1.8, power: $0) }),
        ("tgi", (0..<35).map { 1e-4 * Double(repeating: 1.5, power: $0) }),
    ]

    @Test(
        "quantiles lie in the bucket in which the exact ones lie: they err by less than its upper bound is above the lower",
        arguments: servers.map(\.0))
    func quantiles(_ server: String) throws {
        let bounds = try #require(Self.servers.first { $0.0 == server }).1
        for (seed, sigma) in [(1, 0.3), (2, 0.6), (3, 1.0)] as [(UInt64, Double)] {
            var generator = SeededGenerator(seed: seed)
            let values = (0..<5_000).map { _ in generator.logNormal(median: 0.6, sigma: sigma) }.sorted()
            var timing = Self.timing(bounds)
            var counts = [UInt64](repeating: 0, count: bounds.count + 1)
            for value in values { counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1 }
            timing.add(counts, sum: values.reduce(0, +))
            let histogram = snapshot(timing).exponential
            for quantile in [0.5, 0.95, 0.99] {
                let exact = values[Int((Double(values.count - 1) * quantile).rounded())]
                let found = try #require(histogram.quantile(quantile))
                let place = bounds.firstIndex { exact <= $0 } ?? bounds.count
                // And the width of a bucket of the sketch beside it.
                let lower = (place > 0 ? bounds[place - 1] : 0) * 0.989
                let upper = (place < bounds.count ? bounds[place] : bounds[place - 1]) * 1.011
                #expect((lower...upper).contains(found), "P\(quantile) of \(server) is \(found), exactly \(exact)")
            }
            let sum = values.reduce(0, +)
            #expect(abs(histogram.sum - sum) < 1e-9 * sum)
        }
    }
}

extension Double {
    fileprivate init(repeating factor: Double, power: Int) {
        self = (0..<power).reduce(1) { value, _ in value * factor }
    }
}
