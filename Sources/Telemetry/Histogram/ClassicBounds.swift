/// The upper bounds of classic buckets, with a table from exponential buckets that finds a value's bucket in one
/// look-up and rarely more than one comparison.
public struct ClassicBounds: Sendable, Equatable {
    /// Ascending, inclusive, finite and positive; +Inf follows unsaid.
    public let bounds: [Double]
    private let boundsTable: LookUpTable<Double>
    private let firstBucketTable: LookUpTable<UInt16>
    private let tables: Tables
    /// By bound, the last cell of its bucket: see `WindowHistogram`.
    let lastCells: [Int]

    /// `bounds` must be finite, positive and ascending.
    public init(_ bounds: [Double]) {
        precondition(!bounds.isEmpty && bounds.count < 1024 && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
        precondition(bounds.allSatisfy { $0.isFinite && $0 > 0 })
        self.bounds = bounds
        lastCells = bounds.enumerated().map { BucketIndex.atSchemaMax($1) + $0 }
        let first = BucketIndex.atSchemaMax(bounds[0])
        let last = BucketIndex.atSchemaMax(bounds[bounds.count - 1])
        boundsTable = LookUpTable(bounds)
        firstBucketTable = LookUpTable(
            (first...last).map { index in
                // The bucket's values lie above its lower bound, so a bound at or below that is passed.
                let lower = BucketIndex.upperBound(index - 1, schema: BucketIndex.schemaMax)
                return UInt16(bounds.firstIndex { $0 > lower } ?? bounds.count)
            })
        tables = Tables(
            bounds: boundsTable.elements, firstBucket: firstBucketTable.elements, firstIndex: first)
    }

    public static func == (one: ClassicBounds, other: ClassicBounds) -> Bool { one.bounds == other.bounds }

    /// What finding cells of a `WindowHistogram` needs. Valid as long as a copy of these bounds exists.
    var cells: CellTables { CellTables(octave: BucketIndex.octave.tables, classic: tables) }

    /// The classic bucket of `value`, whose exponential bucket at schema 5 is `index`; `bounds.count` is +Inf.
    @inline(__always)
    func bucket(of value: Double, index: Int) -> Int { tables.bucket(of: value, index: index) }

    /// The tables as they lie in memory.
    struct Tables: @unchecked Sendable {
        fileprivate let bounds: UnsafeBufferPointer<Double>
        fileprivate let firstBucket: UnsafeBufferPointer<UInt16>
        fileprivate let firstIndex: Int

        /// See `ClassicBounds.bucket`.
        @inline(__always)
        func bucket(of value: Double, index: Int) -> Int {
            let position = index &- firstIndex
            if position < 0 { return 0 }
            if position >= firstBucket.count { return bounds.count }
            var bucket = Int(firstBucket[position])
            while bucket < bounds.count && value > bounds[bucket] { bucket &+= 1 }
            return bucket
        }
    }
}

extension ClassicBounds {
    /// Bounds for histograms of bytes: powers of four from 256 bytes to 16 GiB.
    public static let bytes = ClassicBounds((4...17).map { Double(sign: .plus, exponent: 2 * $0, significand: 1) })

    /// Bounds for histograms without a unit, such as batch sizes or token counts.
    public static let unitless = ClassicBounds([
        0.01, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000,
    ])

    /// Bounds for seconds where the configuration names none: 1 ms to 60 s.
    public static let seconds = ClassicBounds([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ])

    /// Bounds for delays of the kernel's scheduler: 1 µs to 1 s.
    public static let schedulingSeconds = ClassicBounds([
        1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
    ])
}
