import Glibc
import TestSupport
import Testing

@testable import Telemetry

@Suite("Bucket index")
struct BucketIndexTests {
    @Test("A power of two belongs to the bucket that ends there", arguments: -60...60)
    func powersOfTwo(exponent: Int) {
        let value = Double(sign: .plus, exponent: exponent, significand: 1)
        #expect(BucketIndex.atSchemaMax(value) == exponent * 32)
        #expect(BucketIndex.atSchemaMax(value.nextUp) == exponent * 32 + 1)
        #expect(BucketIndex.atSchemaMax(value.nextDown) == exponent * 32)
        #expect(BucketIndex.upperBound(exponent * 32, schema: 5) == value)
    }

    @Test("Every value lies above its bucket's lower bound and at or below its upper bound, at every schema")
    func boundsHold() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let value = exp(Double.random(in: -300...300, using: &generator))
            let finest = BucketIndex.atSchemaMax(value)
            for schema in BucketIndex.schemaMin...BucketIndex.schemaMax {
                let index = BucketIndex.downscaled(finest, steps: BucketIndex.schemaMax - schema)
                #expect(value <= BucketIndex.upperBound(index, schema: schema))
                #expect(value > BucketIndex.upperBound(index - 1, schema: schema))
            }
        }
    }

    @Test("The inclusive bounds inside an octave are on the right side", arguments: 1..<32)
    func innerBounds(step: Int) {
        let bound = BucketIndex.upperBound(step, schema: 5)
        #expect(abs(bound - exp2(Double(step) / 32)) <= bound.ulp * 2)
        #expect(BucketIndex.atSchemaMax(bound) == step)
        #expect(BucketIndex.atSchemaMax(bound.nextUp) == step + 1)
    }

    @Test("The middle of a bucket is within 1.09 % of all its values")
    func midpoint() {
        for index in -2_000...2_000 {
            let middle = BucketIndex.midpoint(index, schema: 5)
            let upper = BucketIndex.upperBound(index, schema: 5)
            let lower = BucketIndex.upperBound(index - 1, schema: 5)
            #expect(middle / lower - 1 < 0.010_9)
            #expect(1 - middle / upper < 0.010_9)
        }
    }
}
