/// A series with its middle at 0 and its common range near 1, so that no sum overflows and no constant has a unit.
struct NormalizedSeries {
    /// Larger magnitudes count as missing: sums of them would be infinite.
    static let magnitudeMax = 1e300
    /// Values farther off, in common ranges, are fitted as if they were so far off: else they cost the others their digits.
    static let distanceMax = 65_536.0

    let center: Double
    /// A power of two, so that scaling is exact.
    let scale: Double
    /// 0 where the series has no value.
    let values: [Double]
    let isPresent: [Bool]
    /// From the first to the last point with a value.
    let span: Range<Int>

    init(_ raw: [Double]) throws(DecompositionError) {
        guard raw.count <= DecompositionLimits.pointsMax else { throw .tooManyPoints(raw.count) }
        let isPresent = raw.map { $0.magnitude <= Self.magnitudeMax }
        guard let first = isPresent.firstIndex(of: true), let last = isPresent.lastIndex(of: true) else {
            throw .noValues(points: raw.count)
        }
        var scratch: [Double] = []
        scratch.reserveCapacity(raw.count)
        for index in raw.indices where isPresent[index] { scratch.append(raw[index]) }
        let center = Median.of(&scratch)
        let scale = Self.scale(&scratch)
        let limit = Self.distanceMax
        values = raw.indices.map { index in
            isPresent[index] ? min(max((raw[index] - center) / scale, -limit), limit) : 0
        }
        self.isPresent = isPresent
        self.center = center
        self.scale = scale
        span = first..<(last + 1)
    }

    /// The range of the middle four fifths; of more where those are all the same.
    private static func scale(_ values: inout [Double]) -> Double {
        for share in [0.1, 0.01, 0] {
            let range = Median.quantile(1 - share, &values) - Median.quantile(share, &values)
            if range > 1e-290 { return Double(sign: .plus, exponent: range.exponent, significand: 1) }
        }
        return 1
    }
}
