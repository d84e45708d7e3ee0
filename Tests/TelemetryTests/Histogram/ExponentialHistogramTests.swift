import Glibc
import TestSupport
import Testing

@testable import Telemetry

@Suite("Exponential histogram")
struct ExponentialHistogramTests {
    /// numpy's default definition, by sorting.
    private func exactQuantile(_ sorted: [Double], _ quantile: Double) -> Double {
        let position = quantile * Double(sorted.count - 1)
        let lower = Int(position)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }

    @Test("Quantiles are within 1.09 % of the exact ones", arguments: [1, 2, 3, 10, 100, 5_000], [0.1, 0.5, 1.2])
    func quantiles(count: Int, sigma: Double) {
        var generator = SeededGenerator(seed: UInt64(count))
        var histogram = ExponentialHistogram()
        let values = (0..<count).map { _ in generator.logNormal(median: 0.02, sigma: sigma) }
        for value in values { histogram.record(value) }
        #expect(histogram.schema == 5)
        let sorted = values.sorted()
        for quantile in stride(from: 0.0, through: 1.0, by: 0.01) {
            let exact = exactQuantile(sorted, quantile)
            let estimate = histogram.quantile(quantile)!
            #expect(abs(estimate / exact - 1) <= 0.010_9, "quantile \(quantile) of \(count)")
        }
    }

    @Test("Count, sum, mean, variance, minimum and maximum are those of the values")
    func moments() {
        var generator = SeededGenerator(seed: 7)
        var histogram = ExponentialHistogram()
        let values = (0..<10_000).map { _ in generator.logNormal(median: 5, sigma: 0.7) }
        for value in values { histogram.record(value) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
        #expect(histogram.count == 10_000)
        #expect(abs(histogram.sum / (mean * 10_000) - 1) < 1e-12)
        #expect(abs(histogram.mean / mean - 1) < 1e-12)
        #expect(abs(histogram.variance / variance - 1) < 1e-9)
        #expect(histogram.minimum == values.min())
        #expect(histogram.maximum == values.max())
    }

    @Test("A large offset does not spoil the variance")
    func varianceOfLargeNumbers() {
        var histogram = ExponentialHistogram()
        for value in [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16] { histogram.record(value) }
        #expect(abs(histogram.variance - 22.5) < 1e-6)
    }

    @Test("Merging is the same as recording everything in one histogram")
    func merge() {
        var generator = SeededGenerator(seed: 3)
        var whole = ExponentialHistogram()
        var merged = ExponentialHistogram()
        for part in 0..<6 {
            var window = ExponentialHistogram()
            for _ in 0..<500 {
                let value = generator.logNormal(median: Double(part + 1), sigma: 0.5)
                whole.record(value)
                window.record(value)
            }
            if part.isMultiple(of: 2) { merged.merge(window) } else { merged.merge(SparseHistogram(window)) }
        }
        #expect(merged.count == whole.count)
        #expect(merged.nonEmptyBuckets == whole.nonEmptyBuckets)
        #expect(abs(merged.sum / whole.sum - 1) < 1e-12)
        #expect(abs(merged.variance / whole.variance - 1) < 1e-9)
        #expect(merged.minimum == whole.minimum && merged.maximum == whole.maximum)
    }

    @Test("A span beyond the limit costs resolution, not counts, and stays exact on merging")
    func downscaling() {
        var histogram = ExponentialHistogram(bucketLimit: 160)
        var reference: [Double] = []
        for exponent in stride(from: -30.0, through: 30.0, by: 0.37) {
            let value = exp2(exponent)
            reference.append(value)
            histogram.record(value)
        }
        #expect(histogram.schema == 1)
        #expect(histogram.buckets.count <= 160)
        #expect(histogram.buckets.reduce(0, +) == UInt64(reference.count))
        for (offset, count) in histogram.buckets.enumerated() {
            let index = histogram.firstIndex + offset
            let lower = BucketIndex.upperBound(index - 1, schema: histogram.schema)
            let upper = BucketIndex.upperBound(index, schema: histogram.schema)
            #expect(Int(count) == reference.count { $0 > lower && $0 <= upper })
        }
        var fine = ExponentialHistogram(bucketLimit: 160)
        fine.record(1.5)
        fine.merge(histogram)
        #expect(fine.schema == 1)
        #expect(fine.count == UInt64(reference.count) + 1)
    }

    @Test("Any finite values fit, down to the coarsest schema")
    func wholeRange() {
        var histogram = ExponentialHistogram(bucketLimit: 160)
        for exponent in stride(from: -39, through: 1_023, by: 1) {
            histogram.record(Double(sign: .plus, exponent: exponent, significand: 1))
        }
        #expect(histogram.count == 1_063)
        #expect(histogram.buckets.reduce(0, +) == 1_063)
        #expect(histogram.buckets.count <= 160)
    }

    @Test("Zero and what is next to zero are counted apart, and quantiles know them")
    func zeros() {
        var histogram = ExponentialHistogram()
        for _ in 0..<60 { histogram.record(0) }
        for _ in 0..<40 { histogram.record(1) }
        histogram.record(.leastNonzeroMagnitude)
        #expect(histogram.zeroCount == 61)
        #expect(histogram.quantile(0.5) == 0)
        #expect(abs(histogram.quantile(0.99)! - 1) < 0.010_9)
    }

    @Test("A weight counts a value that many times")
    func weights() {
        var histogram = ExponentialHistogram()
        histogram.record(1)
        histogram.record(3, weight: 3)
        #expect(histogram.count == 4)
        #expect(histogram.sum == 10)
        #expect(histogram.mean == 2.5)
        #expect(histogram.variance == 0.75)
    }

    @Test("More than 2^32 observations in one bucket of a window are all kept")
    func largeCounts() {
        var window = ExponentialHistogram()
        window.record(0.001, weight: 6_000_000_000)
        window.record(1, weight: 4_400_000_000)
        var minute = ExponentialHistogram()
        minute.merge(SparseHistogram(window))
        #expect(minute.nonEmptyBuckets == window.nonEmptyBuckets)
        #expect(abs(minute.quantile(0.5)! / 0.001 - 1) < 0.011)
    }

    @Test("An empty histogram has no quantiles")
    func empty() {
        #expect(ExponentialHistogram().quantile(0.5) == nil)
    }
}

extension ExponentialHistogram {
    /// Buckets in use by index.
    var nonEmptyBuckets: [Int: UInt64] {
        var used: [Int: UInt64] = [:]
        for (offset, count) in buckets.enumerated() where count > 0 { used[firstIndex + offset] = count }
        return used
    }
}
