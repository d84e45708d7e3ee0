/// Finds lasting, abrupt changes of the level in a series without its shortest season.
///
/// It works on medians of short blocks, an hour of a day. A change is a shift when the blocks beside it differ, and when the
/// time after it differs as much from the same time of the longest season before: that leaves out what comes back, be it
/// an incident or a weekend. `docs/detection.md` has the conditions.
struct LevelShiftSearch {
    /// Blocks of the shortest period.
    static let blocksPerPeriod = 24
    /// Blocks that are looked at on both sides of a change.
    static let neighbours = 3
    /// How far a change stands out of the changes elsewhere, in their standard deviations.
    static let abruptness = 5.0
    /// The least change in standard deviations of the noise between points: a smaller one hides in it.
    static let noiseMin = 2.0
    /// How much of the change must have lasted.
    static let lastingShare = 0.5
    /// How many times the usual difference between a time and the one a lag earlier a shift is: a series that wanders, or
    /// that has a season of which nothing is known, has no level to leave.
    static let wanderMax = 3.0
    /// So many of the largest changes are looked at: each is compared with the whole series.
    static let candidatesMax = 4 * DecompositionLimits.levelShiftsMax
    /// Times that are compared lie at least so many of the shortest period apart.
    static let periodsPerLag = 7

    private let blockSize: Int
    private let blocksPerLag: Int
    private let blocksPerSide: Int
    private let shortest: Int

    init(shortest: Int, longest: Int) {
        self.shortest = shortest
        blockSize = max(1, shortest / Self.blocksPerPeriod)
        // Seven days, where a day is the shortest season: a week need not be known to be left out.
        let lag = max(longest, Self.periodsPerLag * shortest)
        blocksPerLag = lag / blockSize
        blocksPerSide = lag / 3 / blockSize
    }

    /// In the order of size.
    func shifts(in values: [Double], isPresent: [Bool]) -> [SeasonalComponents.LevelShift] {
        var (blocks, noise) = medians(values, isPresent)
        let changes = changes(blocks)
        var magnitudes = changes.map(\.change.magnitude)
        let usual = RobustWeights.deviationsPerMedian * Median.of(&magnitudes)
        let least = max(Self.abruptness * usual, Self.noiseMin * noise, NestedFit.residualFloor)
        var shifts: [SeasonalComponents.LevelShift] = []
        for candidate in peaks(changes, least: least).prefix(Self.candidatesMax)
        where shifts.count < DecompositionLimits.levelShiftsMax {
            guard let change = lastingChange(of: candidate, blocks),
                change * candidate.change > 0,
                change.magnitude >= max(Self.lastingShare * candidate.change.magnitude, Self.noiseMin * noise)
            else { continue }
            let index = refine(candidate, values, isPresent)
            for block in candidate.block..<blocks.count { blocks[block] -= change }
            shifts.append(.init(index: index, change: change))
        }
        return shifts
    }

    /// What the steps that were taken away left of the shifts: medians over up to a shortest period on both sides.
    func leftovers(
        of shifts: [SeasonalComponents.LevelShift], in values: [Double], isPresent: [Bool]
    ) -> [SeasonalComponents.LevelShift] {
        let borders = [0] + shifts.map(\.index).sorted() + [values.count]
        return (1..<(borders.count - 1)).compactMap { border in
            let index = borders[border]
            let before = median(values, isPresent, max(borders[border - 1], index - shortest)..<index)
            let after = median(values, isPresent, index..<min(borders[border + 1], index + shortest))
            guard let before, let after else { return nil }
            return .init(index: index, change: after - before)
        }
    }

    // MARK: Steps of the search

    /// A change at the beginning of a block.
    private struct Change {
        let block: Int
        let change: Double
        let before: Double
        let after: Double
        /// Points that may be the first after the change.
        let range: Range<Int>
    }

    /// The median of each block, NaN where it has too few values, and the standard deviation within blocks.
    private func medians(_ values: [Double], _ isPresent: [Bool]) -> ([Double], noise: Double) {
        var medians: [Double] = []
        var distances: [Double] = []
        var block: [Double] = []
        for begin in stride(from: 0, to: values.count, by: blockSize) {
            block.removeAll(keepingCapacity: true)
            for index in begin..<min(begin + blockSize, values.count) where isPresent[index] {
                block.append(values[index])
            }
            guard block.count * 16 >= blockSize, !block.isEmpty else {
                medians.append(.nan)
                continue
            }
            let median = Median.of(&block)
            medians.append(median)
            for value in block { distances.append((value - median).magnitude) }
        }
        return (medians, RobustWeights.deviationsPerMedian * Median.of(&distances))
    }

    private func changes(_ blocks: [Double]) -> [Change] {
        let known = blocks.indices.filter { !blocks[$0].isNaN }
        let neighbours = Self.neighbours
        guard known.count > 2 * neighbours else { return [] }
        return (neighbours...(known.count - neighbours)).map { place in
            var before = known[(place - neighbours)..<place].map { blocks[$0] }
            var after = known[place..<(place + neighbours)].map { blocks[$0] }
            let low = Median.of(&before)
            let high = Median.of(&after)
            let range = known[max(0, place - 2)] * blockSize..<(known[min(place + 1, known.count - 1)] + 1) * blockSize
            return Change(block: known[place], change: high - low, before: low, after: high, range: range)
        }
    }

    /// Those that no larger one is near, the largest first.
    private func peaks(_ changes: [Change], least: Double) -> [Change] {
        changes.indices.filter { place in
            let magnitude = changes[place].change.magnitude
            guard magnitude >= least else { return false }
            let near = max(0, place - Self.neighbours)...min(changes.count - 1, place + Self.neighbours)
            return near.allSatisfy { other in
                let otherMagnitude = changes[other].change.magnitude
                return otherMagnitude < magnitude || (otherMagnitude == magnitude && other >= place)
            }
        }
        .map { changes[$0] }
        .sorted {
            $0.change.magnitude > $1.change.magnitude
                || ($0.change.magnitude == $1.change.magnitude && $0.block < $1.block)
        }
    }

    /// By how much the time after a change differs from the same time one lag earlier; nil when too little is known.
    private func lastingChange(of candidate: Change, _ blocks: [Double]) -> Double? {
        let block = candidate.block
        guard block >= blocksPerSide, blocks.count - block >= blocksPerSide, !recurs(candidate, blocks) else {
            return nil
        }
        let affected = max(block, blocksPerLag)..<max(block, blocksPerLag, min(blocks.count, block + blocksPerLag))
        var within = differences(affected, blocks)
        guard 2 * within.count >= blocksPerSide else { return nil }
        var elsewhere = differences(blocksPerLag..<affected.lowerBound, blocks)
        elsewhere += differences(affected.upperBound..<max(affected.upperBound, blocks.count), blocks)
        guard elsewhere.count >= blocksPerSide else { return nil }
        let drift = Self.drift(&elsewhere)
        let change = Median.of(&within) - drift
        var usual = elsewhere.map { ($0 - drift).magnitude }
        return change.magnitude > Self.wanderMax * Median.quantile(0.4, &usual) ? change : nil
    }

    /// Whether a lag earlier or later there is much of the same change: it belongs to a season then.
    private func recurs(_ candidate: Change, _ blocks: [Double]) -> Bool {
        [candidate.block - blocksPerLag, candidate.block + blocksPerLag].contains { place in
            guard place >= Self.neighbours, place + Self.neighbours <= blocks.count else { return false }
            var before = blocks[(place - Self.neighbours)..<place].filter { !$0.isNaN }
            var after = blocks[place..<(place + Self.neighbours)].filter { !$0.isNaN }
            guard !before.isEmpty, !after.isEmpty else { return false }
            return (Median.of(&after) - Median.of(&before)) / candidate.change > 1 - Self.lastingShare
        }
    }

    /// Blocks less those one lag earlier, where both are known.
    private func differences(_ range: Range<Int>, _ blocks: [Double]) -> [Double] {
        range.compactMap { later in
            let difference = blocks[later] - blocks[later - blocksPerLag]
            return difference.isNaN ? nil : difference
        }
    }

    /// By how much the series rises in a lag anyway: as little as the middle of the differences allows, for other shifts
    /// may be among them.
    private static func drift(_ differences: inout [Double]) -> Double {
        let low = Median.quantile(0.3, &differences)
        let high = Median.quantile(0.7, &differences)
        return min(max(0, low), high)
    }

    /// The first point that is nearer to the new level, as the points around the change have it.
    private func refine(_ change: Change, _ values: [Double], _ isPresent: [Bool]) -> Int {
        var best = change.range.lowerBound
        var least = 0.0
        var sum = 0.0
        for index in change.range where index < values.count && isPresent[index] {
            sum += (values[index] - change.before).magnitude - (values[index] - change.after).magnitude
            if sum < least {
                least = sum
                best = index + 1
            }
        }
        return min(best, values.count - 1)
    }

    private func median(_ values: [Double], _ isPresent: [Bool], _ range: Range<Int>) -> Double? {
        var present = range.lazy.filter { isPresent[$0] }.map { values[$0] } as [Double]
        return present.isEmpty ? nil : Median.of(&present)
    }
}
