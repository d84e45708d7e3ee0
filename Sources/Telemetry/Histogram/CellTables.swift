/// What finding the cell of a value needs: see `WindowHistogram`. Pointers into tables that whoever hands them out keeps.
struct CellTables: @unchecked Sendable {
    let octave: BucketIndex.Octave.Tables
    let classic: ClassicBounds.Tables

    /// The exponential bucket at schema 5 of a finite `value` that is not negative, and its classic one; the sum of both is
    /// the value's cell.
    @inline(__always)
    func buckets(of value: Double) -> (index: Int, classic: Int) {
        let index = octave.bucket(of: value)
        return (index, classic.bucket(of: value, index: index))
    }
}

/// The tables by the unit of a histogram, which decides its classic buckets.
struct CellsByUnit {
    private let seconds: CellTables
    private let bytes = ClassicBounds.bytes.cells
    private let unitless = ClassicBounds.unitless.cells

    /// - Parameter seconds: must be kept as long as this.
    init(seconds: ClassicBounds) { self.seconds = seconds.cells }

    @inline(__always)
    func of(_ unit: MetricUnit) -> CellTables {
        switch unit {
        case .seconds: seconds
        case .bytes: bytes
        default: unitless
        }
    }
}
