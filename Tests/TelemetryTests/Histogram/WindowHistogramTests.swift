import TestSupport
import Testing

@testable import Telemetry

@Suite("The histogram of a window")
struct WindowHistogramTests {
    /// The same values counted one by one in exponential buckets, and in classic ones by searching.
    private struct Plain {
        var exponential = ExponentialHistogram()
        var classic: [UInt64]

        mutating func record(_ value: Double, _ weight: UInt64, _ bounds: ClassicBounds) {
            exponential.record(value, weight: weight)
            classic[bounds.bounds.firstIndex { value <= $0 } ?? bounds.bounds.count] += weight
        }
    }

    private func compare(_ values: [(value: Double, weight: UInt64)], _ bounds: ClassicBounds, _ comment: Comment) {
        var window = WindowHistogram()
        // Two windows: the second finds the memory of the first.
        for half in [values[..<(values.count / 2)], values[(values.count / 2)...]] {
            var plain = Plain(classic: [UInt64](repeating: 0, count: bounds.bounds.count + 1))
            var classic = [UInt64](repeating: 0, count: bounds.bounds.count + 1)
            for (value, weight) in half {
                window.record(value, weight: weight, bounds.cells, classicCounts: &classic)
                plain.record(value, weight, bounds)
            }
            var folded = ExponentialHistogram()
            folded.merge(window.fold(bounds, into: &classic))
            window.reset()
            #expect(window.isEmpty, comment)
            #expect(classic == plain.classic, comment)
            #expect(areClose(folded.moments, plain.exponential.moments), comment)
            #expect(folded.zeroCount == plain.exponential.zeroCount, comment)
            #expect(folded.schema == plain.exponential.schema, comment)
            #expect(used(folded) == used(plain.exponential), comment)
        }
    }

    /// Sums that were made another way differ by roundings.
    private func areClose(
        _ one: ExponentialHistogram.Moments, _ other: ExponentialHistogram.Moments
    ) -> Bool {
        func areClose(_ one: Double, _ other: Double, _ places: Double) -> Bool {
            abs(one - other) <= places * max(abs(one), abs(other))
        }
        return one.count == other.count && one.minimum == other.minimum && one.maximum == other.maximum
            && areClose(one.sum, other.sum, 1e-12) && areClose(one.mean, other.mean, 1e-12)
            && areClose(one.squaredDeviations, other.squaredDeviations, 1e-9)
    }

    /// Buckets in use, by their index.
    private func used(_ histogram: ExponentialHistogram) -> [Int: UInt64] {
        var used: [Int: UInt64] = [:]
        for (offset, count) in histogram.buckets.enumerated() where count > 0 {
            used[histogram.firstIndex + offset] = count
        }
        return used
    }

    @Test(
        "Both kinds of buckets are what they are when each is counted on its own",
        arguments: [ClassicBounds.seconds, .bytes, .unitless, ClassicBounds([1, 1.000_1, 1.000_2, 1.01])],
        [0.01, 0.5, 2])
    func agrees(bounds: ClassicBounds, sigma: Double) {
        var generator = SeededGenerator(seed: 8)
        let middle = bounds.bounds[bounds.bounds.count / 2]
        var values = (0..<4_000).map { _ in generator.logNormal(median: middle, sigma: sigma) }
        values += bounds.bounds + bounds.bounds.map(\.nextUp) + bounds.bounds.map(\.nextDown)
        compare(values.shuffled(using: &generator).map { ($0, 1 + generator.next() % 3) }, bounds, "sigma \(sigma)")
    }

    @Test("Zeros, a long span, and counts beyond 32 bits are counted all the same")
    func aside() {
        let tiny = BucketIndex.zeroThreshold
        let span: [(Double, UInt64)] = [(1e-9, 1), (1e9, 2), (1e-3, 3), (1, 4), (1e-9, 5), (1e9, 6)]
        compare(span + span, .seconds, "a span beyond the cells")
        let zeros: [(Double, UInt64)] = [
            (0, 2), (tiny, 3), (tiny.nextUp, 4), (tiny.nextDown, 5), (.leastNonzeroMagnitude, 1), (1, 1),
        ]
        compare(zeros + zeros, .seconds, "zeros")
        let heavy: [(Double, UInt64)] = [(0.5, 4_000_000_000), (0.5, 4_000_000_000), (0.5, 1 << 40), (0.5, 1)]
        compare(heavy + heavy, .seconds, "large weights")
    }

    @Test("Values that are counted together are what they are one by one", arguments: 0..<10)
    func together(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let unusual = [0, BucketIndex.zeroThreshold, 1e-9, 1e9, 1e-300, 0.1]
        let values = (0..<2_000).map { _ in
            let place = Int(generator.next() % 200)
            return place < unusual.count ? unusual[place] : generator.logNormal(median: 0.02, sigma: 1)
        }
        let tables = ClassicBounds.seconds.cells
        var (apart, together) = (WindowHistogram(), WindowHistogram())
        var (apartClassic, togetherClassic) = ([UInt64](repeating: 0, count: 16), [UInt64](repeating: 0, count: 16))
        // A cell that is full already.
        apart.record(0.1, weight: UInt64(UInt32.max), tables, classicCounts: &apartClassic)
        together.record(0.1, weight: UInt64(UInt32.max), tables, classicCounts: &togetherClassic)
        var next = 0
        while next < values.count {
            let end = min(values.count, next + Int(generator.next() % 70))
            for value in values[next..<end] {
                apart.record(value, weight: 1, tables, classicCounts: &apartClassic)
            }
            values[next..<end].withUnsafeBufferPointer {
                together.record($0, tables, classicCounts: &togetherClassic)
            }
            next = end
        }
        let (one, other) = (
            apart.fold(.seconds, into: &apartClassic), together.fold(.seconds, into: &togetherClassic)
        )
        #expect(apartClassic == togetherClassic)
        #expect(one.buckets == other.buckets)
        #expect(one.zeroCount == other.zeroCount)
        #expect(areClose(one.moments, other.moments))
    }

    @Test("The variance is right when the first value lies far off, and when all lie close together far from zero")
    func variance() {
        var generator = SeededGenerator(seed: 5)
        let close = (0..<1_000).map { _ in 1e9 + generator.logNormal(median: 1, sigma: 0.5) }
        let farOff = [1e6] + (0..<1_000).map { _ in generator.logNormal(median: 0.01, sigma: 0.5) }
        for values in [close, farOff, [3, 3, 3], [7]] {
            let mean = values.reduce(0, +) / Double(values.count)
            let expected = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            var running = RunningMoments()
            for value in values { running.record(value) }
            var together = RunningMoments()
            values.withUnsafeBufferPointer { together.record($0) }
            for found in [running.moments, together.moments] {
                #expect(abs(found.squaredDeviations - expected) <= 1e-6 * expected)
                #expect(abs(found.mean - mean) <= 1e-12 * mean)
            }
        }
    }

    @Test("After a value far off, memory is given back")
    func memory() {
        var window = WindowHistogram()
        var classic = [UInt64](repeating: 0, count: 16)
        for value in [0.01, 0.011, 1_000] {
            window.record(value, weight: 1, ClassicBounds.seconds.cells, classicCounts: &classic)
        }
        let wide = window.cellCount
        window.reset()
        for value in [0.01, 0.011] {
            window.record(value, weight: 1, ClassicBounds.seconds.cells, classicCounts: &classic)
        }
        window.reset()
        #expect(wide > 500)
        #expect(window.cellCount < 40)
        window.reset()
        #expect(window.cellCount == 0)
    }
}
