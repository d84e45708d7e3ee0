import TestSupport
import Testing

@testable import Telemetry

@Suite("Classic bounds")
struct ClassicBoundsTests {
    @Test(
        "A value is counted below the first bound that is not less than it",
        arguments: [
            ClassicBounds.seconds, .bytes, .unitless, ClassicBounds([1]), ClassicBounds([1, 1.000_1, 1.000_2, 1.01]),
        ])
    func agreesWithSearching(bounds: ClassicBounds) {
        var generator = SeededGenerator(seed: 5)
        var values = (0..<5_000).map { _ in
            generator.logNormal(median: bounds.bounds[bounds.bounds.count / 2], sigma: 3)
        }
        values += bounds.bounds + bounds.bounds.map(\.nextUp) + bounds.bounds.map(\.nextDown) + [0, 1e-30, 1e30]
        for value in values {
            let expected = bounds.bounds.firstIndex { value <= $0 } ?? bounds.bounds.count
            #expect(bounds.bucket(of: value, index: BucketIndex.atSchemaMax(value)) == expected, "\(value)")
        }
    }
}
