/// Numbers of CPUs, as ranges: what is asked of them costs nothing on a host of hundreds.
struct CPUSet: Equatable, Sendable {
    /// Ascending, with CPUs between them that are not in the set.
    let ranges: [ClosedRange<Int>]

    /// - Parameter ranges: in any order, which may overlap.
    init(_ ranges: [ClosedRange<Int>]) {
        var joined: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        self.ranges = joined
    }

    init(_ cpus: [Int]) { self.init(cpus.map { $0...$0 }) }

    var count: Int { ranges.reduce(0) { $0 + $1.count } }
    var isEmpty: Bool { ranges.isEmpty }

    func intersection(_ other: CPUSet) -> CPUSet {
        var common: [ClosedRange<Int>] = []
        var (mine, theirs) = (0, 0)
        while mine < ranges.count, theirs < other.ranges.count {
            let (first, second) = (ranges[mine], other.ranges[theirs])
            if first.overlaps(second) { common.append(first.clamped(to: second)) }
            if first.upperBound < second.upperBound { mine += 1 } else { theirs += 1 }
        }
        return CPUSet(common)
    }
}
