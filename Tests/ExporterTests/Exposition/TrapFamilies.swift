import Telemetry

/// Families with everything that an exposition format can stumble over.
enum TrapFamilies {
    static let bounds = [0.001, 0.0025, 0.1, 1, 2.5, 60, 1_000_000]
    static let createdSeconds = 1_700_000_000.25

    // Computed, not stored: LeakSanitizer does not see through the enumerations that hold a stored one's arrays.
    static var all: [MetricFamily] {
        [
            counters, gauges, edgeNumbers, latencies, coarse, sizes, withoutSamples, withoutValidSamples, mixedUp,
            plain,
        ]
    }

    static var counters: MetricFamily {
        MetricFamily(
            MetricDescriptor(
                .counter, "latencyd_pressure_seconds", unit: .seconds,
                help: "Time lost; a \"quoted\" word, a back\\slash\nand a second line."),
            [
                Sample(["resource": "cpu"], 12.5, createdSeconds: createdSeconds),
                Sample(["resource": "memory"], 9_007_199_254_740_994, createdSeconds: 1_700_000_000),
                Sample(["resource": "io"], 0),
                Sample(["resource": "not a number"], .nan, createdSeconds: createdSeconds),
                Sample(["resource": "negative"], -1),
                Sample(["resource": "unknown birth"], 1, createdSeconds: .nan),
            ])
    }

    static var gauges: MetricFamily {
        MetricFamily(
            MetricDescriptor(
                .gauge, "latencyd_observed_seconds", unit: .seconds, help: "Observed over the last minute."),
            [
                Sample(["timing": "quote\"back\\slash\nnewline", "statistic": "p99"], 0.0025),
                Sample(["timing": "Größe 模型 🚦", "statistic": "p50"], 1e-05),
                Sample(["timing": "", "statistic": "p50"], 1.0 / 3),
                Sample(["timing": "tab\tand\rreturn, {braces} # and = too"], -273.15),
            ])
    }

    static var edgeNumbers: MetricFamily {
        MetricFamily(
            MetricDescriptor(.gauge, "edge_numbers", help: "Numbers at the edges."),
            [
                Sample(["case": "plus infinity"], .infinity),
                Sample(["case": "minus infinity"], -.infinity),
                Sample(["case": "not a number"], .nan),
                Sample(["case": "minus zero"], -0.0),
                Sample(["case": "largest"], .greatestFiniteMagnitude),
                Sample(["case": "smallest"], .leastNonzeroMagnitude),
                Sample(["case": "2^53"], 0x1p53),
                Sample(["case": "1e21"], 1e21),
                Sample(["case": "minus a million"], -1_000_000),
                Sample(["case": "a tenth and a fifth"], 0.1 + 0.2),
            ])
    }

    static var latencies: MetricFamily {
        MetricFamily(
            MetricDescriptor(
                .histogram, "inference_latency_seconds", unit: .seconds, help: "Pushed timing inference.latency."),
            [
                // Neighbours, gaps of one, two and three buckets, zeros, and one far away.
                sample(
                    ["model": "gaps"],
                    buckets: [-32, -31, -31, -29, -26, -26, -26, -22, 100], zeros: 2, createdSeconds: createdSeconds),
                sample(["model": "empty"], buckets: [], createdSeconds: createdSeconds),
                sample(["model": "only \"zeros\""], buckets: [], zeros: 3),
                Sample([:], .histogram(snapshot([0.5]))),
            ])
    }

    static var coarse: MetricFamily {
        MetricFamily(
            MetricDescriptor(.histogram, "wide_seconds", unit: .seconds, help: "Downscaled: 12 powers of ten."),
            [
                Sample(
                    ["span": "wide"],
                    .histogram(snapshot(stride(from: -6.0, through: 6, by: 0.25).map(power10), bucketLimit: 160)),
                    createdSeconds: 0)
            ])
    }

    /// Another unit, no HELP, bounds of its own, counts that are multiplied by a sample rate.
    static var sizes: MetricFamily {
        MetricFamily(
            MetricDescriptor(.histogram, "batch_size", help: ""),
            [
                Sample(["queue": "a"], .histogram(snapshot([1, 2, 4, 8, 8, 8], weight: 1 << 40, bounds: [1, 8]))),
                Sample(["queue": "b"], .histogram(snapshot([3], bounds: []))),
            ])
    }

    static var withoutSamples: MetricFamily {
        MetricFamily(MetricDescriptor(.gauge, "without_samples", help: "Left out."))
    }

    static var withoutValidSamples: MetricFamily {
        MetricFamily(
            MetricDescriptor(.counter, "without_valid_samples", help: "Left out too."), [Sample([:], .nan)])
    }

    static var mixedUp: MetricFamily {
        MetricFamily(
            MetricDescriptor(
                .gauge, "mixed_up", unit: .bytes, help: "A unit that the name lacks, a sample of another kind."),
            [Sample(["kind": "gauge"], 1), Sample(["kind": "histogram"], .histogram(snapshot([1])))])
    }

    static var plain: MetricFamily {
        MetricFamily(MetricDescriptor(.counter, "plain", help: "No labels."), [Sample([:], 42)])
    }

    /// A series with one observation in the middle of each of `buckets` (schema 5).
    static func sample(
        _ labels: LabelSet, buckets: [Int], zeros: Int = 0, createdSeconds: Double? = nil
    ) -> Sample {
        let values = buckets.map { BucketIndex.midpoint($0, schema: 5) } + Array(repeating: 0, count: zeros)
        return Sample(labels, .histogram(snapshot(values)), createdSeconds: createdSeconds)
    }

    /// Both kinds of buckets, filled with `values`, each `weight` times.
    static func snapshot(
        _ values: [Double], weight: UInt64 = 1, bounds: [Double] = bounds, bucketLimit: Int = 640
    ) -> HistogramSnapshot {
        var exponential = ExponentialHistogram(bucketLimit: bucketLimit)
        var counts = [UInt64](repeating: 0, count: bounds.count + 1)
        for value in values {
            exponential.record(value, weight: weight)
            counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += weight
        }
        return HistogramSnapshot(exponential: exponential, classicBounds: bounds, classicCounts: counts)
    }

    /// 10 to the power of quarters, without libm, so that the golden files hold on every platform.
    private static func power10(_ exponent: Double) -> Double {
        let whole = Int(exponent.rounded(.down))
        let quarters = Int((exponent - Double(whole)) * 4)
        var value = Double("1e\(whole)")!
        for _ in 0..<quarters { value *= 1.778 }
        return value
    }
}
