/// The histogram of a window in progress: made for counting one value after another at the least cost.
///
/// One counter does for both kinds of buckets. As a value rises, so do the number of its exponential bucket (schema 5)
/// and that of its classic one, so their sum, the value's *cell*, names the pair; `fold` takes the pairs apart when the
/// window ends. Cells lie densely between the lowest and the highest one used, 32 bits each. What they cannot hold, such
/// as zeros, a span beyond `cellsMax` or a count beyond 32 bits, goes `aside`.
struct WindowHistogram: Sendable {
    /// Cells a window may span: as many as `ExponentialHistogram` has buckets at the finest resolution.
    static let cellsMax = ExponentialHistogram.bucketLimitDefault
    /// Cells come and go by so many: a line of the processor's cache.
    private static let cellsPerStep = 16

    private var running = RunningMoments()
    private var firstCell = 0
    private var cells: [UInt32] = []
    private var aside = Aside()

    /// What cells cannot hold.
    private struct Aside: Sendable {
        var buckets = ExponentialHistogram()
        var isUsed = false
    }

    var isEmpty: Bool { running.count == 0 }
    var moments: ExponentialHistogram.Moments { running.moments }
    /// Cells there is memory for.
    var cellCount: Int { cells.count }

    /// Counts `value`, finite and not negative, `weight` times.
    ///
    /// - Parameter classicCounts: where classic buckets are counted that `aside` knows nothing of.
    @inline(__always)
    mutating func record(_ value: Double, weight: UInt64, _ tables: CellTables, classicCounts: inout [UInt64]) {
        running.record(value, weight: weight)
        count(value, weight: weight, tables, classicCounts: &classicCounts)
    }

    /// Counts each of `values`, finite and not negative, once: as `record(_:weight:_:classicCounts:)` would, but with one
    /// look at what all of them need.
    @inline(__always)
    mutating func record(
        _ values: UnsafeBufferPointer<Double>, _ tables: CellTables, classicCounts: inout [UInt64]
    ) {
        running.record(values)
        var next = 0
        while next < values.count {
            next = countWhatHasCells(values, from: next, tables)
            guard next < values.count else { return }
            count(values[next], weight: 1, tables, classicCounts: &classicCounts)
            next &+= 1
        }
    }

    /// Counts `values` from `start` on up to the first that no cell can take; returns its place.
    @inline(__always)
    private mutating func countWhatHasCells(
        _ values: UnsafeBufferPointer<Double>, from start: Int, _ tables: CellTables
    ) -> Int {
        let first = firstCell
        return cells.withUnsafeMutableBufferPointer { cells in
            guard let base = cells.baseAddress else { return start }
            let cellCount = UInt(bitPattern: cells.count)
            var next = start
            while next < values.count {
                let (index, classic) = tables.buckets(of: values[next])
                let place = index &+ classic &- first
                // As unsigned numbers, so that one comparison tells both ends.
                guard UInt(bitPattern: place) < cellCount, base[place] < UInt32.max else { break }
                base[place] &+= 1
                next &+= 1
            }
            return next
        }
    }

    @inline(__always)
    private mutating func count(
        _ value: Double, weight: UInt64, _ tables: CellTables, classicCounts: inout [UInt64]
    ) {
        let (index, classic) = tables.buckets(of: value)
        let place = index &+ classic &- firstCell
        if UInt(bitPattern: place) < UInt(bitPattern: cells.count) {
            let (count, overflow) = UInt64(cells[place]).addingReportingOverflow(weight)
            if !overflow, count <= UInt64(UInt32.max) {
                cells[place] = UInt32(truncatingIfNeeded: count)
                return
            }
        }
        countSlowly(value, weight: weight, index: index, classic: classic, classicCounts: &classicCounts)
    }

    @inline(never)
    private mutating func countSlowly(
        _ value: Double, weight: UInt64, index: Int, classic: Int, classicCounts: inout [UInt64]
    ) {
        let cell = index + classic
        if value > BucketIndex.zeroThreshold, weight <= UInt64(UInt32.max), grow(toHold: cell) {
            cells[cell - firstCell] = UInt32(weight)
            return
        }
        aside.isUsed = true
        classicCounts[classic] &+= weight
        if value > BucketIndex.zeroThreshold {
            aside.buckets.add(weight, toBucketAtSchemaMax: index)
        } else {
            aside.buckets.addZeros(weight)
        }
    }

    /// Makes room for `cell`, which has none. False where there is room already, for its count is full then, or where
    /// the span would be too long.
    private mutating func grow(toHold cell: Int) -> Bool {
        let step = Self.cellsPerStep
        let first = cell & -step
        guard !cells.isEmpty else {
            firstCell = first
            cells = [UInt32](repeating: 0, count: step)
            return true
        }
        let end = firstCell + cells.count
        if cell < firstCell {
            guard end - first <= Self.cellsMax else { return false }
            cells.insert(contentsOf: repeatElement(0, count: firstCell - first), at: 0)
            firstCell = first
        } else {
            guard cell >= end, first + step - firstCell <= Self.cellsMax else { return false }
            cells.append(contentsOf: repeatElement(0, count: first + step - end))
        }
        return true
    }

    /// The window's observations for keeping; its classic buckets are added to `classicCounts`.
    func fold(_ bounds: ClassicBounds, into classicCounts: inout [UInt64]) -> SparseHistogram {
        var used: [SparseHistogram.Bucket] = []
        used.reserveCapacity(cells.count { $0 > 0 })
        var zeroCount: UInt64 = 0
        forEachUsedCell(bounds) { index, classic, count in
            classicCounts[classic] &+= UInt64(count)
            if index <= Int(BucketIndex.zeroIndex) {
                zeroCount &+= UInt64(count)
            } else if let last = used.last, last.index == index, !last.count.addingReportingOverflow(count).overflow {
                used[used.count - 1].count += count
            } else {
                used.append(SparseHistogram.Bucket(index: Int32(index), count: count))
            }
        }
        let fromCells = SparseHistogram(
            schema: BucketIndex.schemaMax, zeroCount: zeroCount, moments: moments, buckets: used)
        guard aside.isUsed else { return fromCells }
        var all = ExponentialHistogram()
        all.merge(fromCells)
        all.addBuckets(of: aside.buckets)
        return SparseHistogram(all)
    }

    /// Adds the window's observations to `all`, and its classic buckets to `classicCounts`: as merging what `fold` gives
    /// would, without making it.
    func add(to all: inout ExponentialHistogram, _ bounds: ClassicBounds, classicCounts: inout [UInt64]) {
        guard !isEmpty else { return }
        all.mergeMoments(moments)
        if let span = indexSpan(bounds) { all.reserveAtSchemaMax(span) }
        forEachUsedCell(bounds) { index, classic, count in
            classicCounts[classic] &+= UInt64(count)
            if index <= Int(BucketIndex.zeroIndex) {
                all.addZeros(UInt64(count))
            } else {
                all.add(UInt64(count), toBucketAtSchemaMax: index)
            }
        }
        if aside.isUsed { all.addBuckets(of: aside.buckets) }
    }

    /// From the lowest to the highest exponential bucket that cells count in, the zero bucket left out.
    private func indexSpan(_ bounds: ClassicBounds) -> ClosedRange<Int>? {
        guard let first = cells.firstIndex(where: { $0 > 0 }), let last = cells.lastIndex(where: { $0 > 0 }) else {
            return nil
        }
        let ends = [first, last].map { place in
            let cell = firstCell + place
            return cell - (bounds.lastCells.firstIndex { cell <= $0 } ?? bounds.lastCells.count)
        }
        let lowest = max(ends[0], Int(BucketIndex.zeroIndex) + 1)
        return lowest <= ends[1] ? lowest...ends[1] : nil
    }

    /// Takes the cells in use apart, in rising order: into the numbers of the exponential bucket and of the classic one.
    @inline(__always)
    private func forEachUsedCell(
        _ bounds: ClassicBounds, _ body: (_ index: Int, _ classic: Int, _ count: UInt32) -> Void
    ) {
        cells.withUnsafeBufferPointer { cells in
            bounds.lastCells.withUnsafeBufferPointer { lastCells in
                var classic = 0
                var place = 0
                while place < cells.count {
                    let count = cells[place]
                    if count > 0 {
                        let cell = firstCell &+ place
                        while classic < lastCells.count, cell > lastCells[classic] { classic &+= 1 }
                        body(cell &- classic, classic, count)
                    }
                    place &+= 1
                }
            }
        }
    }

    /// Empties the window. The memory of its cells is kept for the next one, unless half of it was
    /// not needed, as after a single value far off.
    mutating func reset() {
        running = RunningMoments()
        if aside.isUsed { aside = Aside() }
        guard let first = cells.firstIndex(where: { $0 > 0 }), let last = cells.lastIndex(where: { $0 > 0 }),
            last - first >= cells.count / 2 - Self.cellsPerStep
        else {
            cells = []
            return
        }
        for place in first...last { cells[place] = 0 }
    }
}
