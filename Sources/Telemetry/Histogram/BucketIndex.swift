/// Where a value lies among base-2 exponential buckets.
///
/// At schema `s` bucket `i` holds the values in `(2^((i-1)/2^s), 2^(i/2^s)]`: upper bounds are inclusive, so that
/// `2^k` belongs to the bucket that ends there. Source: Prometheus native histograms, standard exponential schemas.
public enum BucketIndex {
    /// The finest schema used: 32 buckets per power of two, 2.19 % wide.
    public static let schemaMax = 5
    /// The coarsest schema: one bucket spans 2^16; the whole range of `Double` fits in 131 buckets.
    public static let schemaMin = -4

    /// Values at or below this are counted in the zero bucket, 2^-40 (0.9 picoseconds when the unit is the second).
    public static let zeroThreshold = 0x1p-40
    /// The bucket at schema 5 that ends at `zeroThreshold`.
    static let zeroIndex: Int32 = -40 * 32

    /// The bucket of a finite, positive, normal `value` at schema 5.
    public static func atSchemaMax(_ value: Double) -> Int { octave.tables.bucket(of: value) }

    /// The bucket that holds bucket `index` after `steps` halvings of the resolution.
    public static func downscaled(_ index: Int, steps: Int) -> Int {
        // ceil(index / 2^steps) for negative numbers as well.
        -((-index) >> steps)
    }

    /// The inclusive upper bound of bucket `index` at `schema`.
    public static func upperBound(_ index: Int, schema: Int) -> Double {
        if schema <= 0 {
            return power2(index << -schema)
        }
        let perOctave = 1 << schema
        let exponent = index >> schema
        let position = index & (perOctave - 1)
        return octave.upperBounds[position << (schemaMax - schema)] * power2(exponent)
    }

    /// The geometric middle of bucket `index` at `schema`: no value of the bucket is farther from it than half a
    /// bucket in the logarithm, 1.09 % at schema 5.
    public static func midpoint(_ index: Int, schema: Int) -> Double {
        let upper = upperBound(index, schema: schema)
        let lower = upperBound(index - 1, schema: schema)
        return lower.squareRoot() * upper.squareRoot()
    }

    /// 2^exponent; infinite or zero where that does not fit.
    static func power2(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: max(-1100, min(1100, exponent)), significand: 1)
    }

    static let octave = Octave()

    /// The bounds inside one power of two, at schema 5.
    struct Octave: Sendable {
        /// 2^(i/32) for i in 0..<32, and 2.
        let upperBounds: [Double]
        private let upperBoundsTable: LookUpTable<Double>
        /// For each 64th of [1, 2): the bucket of its smallest value.
        private let firstBucketTable: LookUpTable<UInt8>
        let tables: Tables

        /// The tables as they lie in memory.
        struct Tables: @unchecked Sendable {
            fileprivate let upperBounds: UnsafeBufferPointer<Double>
            fileprivate let firstBucket: UnsafeBufferPointer<UInt8>

            /// See `BucketIndex.atSchemaMax`. No value of a Double lies beyond the tables.
            @inline(__always)
            func bucket(of value: Double) -> Int {
                let bits = value.bitPattern
                let exponent = Int(bits >> 52) - 1023
                let fraction = bits & 0x000F_FFFF_FFFF_FFFF
                // A cell of 1/64 holds at most one of the 31 inner bounds: one look-up and one comparison decide.
                let first = Int(firstBucket[Int(fraction >> 46)])
                let mantissa = Double(bitPattern: fraction | 0x3FF0_0000_0000_0000)
                return exponent &* 32 &+ first &+ (mantissa > upperBounds[first] ? 1 : 0)
            }
        }

        init() {
            // Repeated square roots are correctly rounded, so each bound is within 1 ulp of the true one.
            var roots: [Double] = []
            var root = 2.0
            for _ in 0..<5 {
                root = root.squareRoot()
                roots.append(root)
            }
            var bounds: [Double] = []
            for i in 0..<32 {
                var bound = 1.0
                for bit in 0..<5 where i & (16 >> bit) != 0 { bound *= roots[bit] }
                bounds.append(bound)
            }
            bounds.append(2)
            upperBounds = bounds
            upperBoundsTable = LookUpTable(bounds)
            firstBucketTable = LookUpTable(
                (0..<64).map { cell in
                    let start = 1 + Double(cell) / 64
                    return UInt8(bounds.firstIndex { start <= $0 }!)
                })
            tables = Tables(upperBounds: upperBoundsTable.elements, firstBucket: firstBucketTable.elements)
        }
    }
}
