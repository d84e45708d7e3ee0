/// Smooths each phase of a season over the cycles by local lines: STL's step 2 (Cleveland et al. 1990).
///
/// The values of one phase lie a period apart, those of one cycle beside each other. So it works on runs of phases at
/// once, cycle by cycle: the weights of the neighbours are the same for all of them.
struct CycleSubseries {
    /// How many phases are worked on at once: their sums stay in the nearest cache.
    private static let runMax = 256
    /// Cycles of full weight that make a mean where a window has none.
    private static let weightEnough = 3.0

    private let count: Int
    private let period: Int
    private let window: Int
    /// How far lines are followed, in deviations of their points' places; 0 for means.
    private let lineReach: Double

    /// - Parameter window: how many cycles have a weight; when more than there are, all of them do.
    init(count: Int, period: Int, window: Int, hasLines: Bool) {
        self.count = count
        self.period = period
        self.window = window
        lineReach = hasLines ? LineSums.reachMax : 0
    }

    /// - Parameters:
    ///   - weighted: `count` values, each times its weight.
    ///   - weights: `count` numbers from 0 to 1.
    ///   - smoothed: `count` + 2 · `period` numbers: it begins a period before the series and ends a period after it.
    ///     NaN in phases that have no weight in any cycle.
    func smooth(
        _ weighted: UnsafePointer<Double>, weights: UnsafePointer<Double>, into smoothed: UnsafeMutablePointer<Double>
    ) {
        let cycles = count / period
        let longer = count % period
        // weight, position, square, value and product of `LineSums`, each for a run of phases.
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 5 * Self.runMax) { sums in
            // The first phases have a cycle more, where the series does not end with a whole one.
            for (phases, cycles) in [(0..<longer, cycles + 1), (longer..<period, cycles)] {
                for begin in stride(from: phases.lowerBound, to: phases.upperBound, by: Self.runMax) {
                    let run = begin..<min(begin + Self.runMax, phases.upperBound)
                    smooth(run, cycles, weighted, weights, sums.baseAddress!, smoothed)
                }
            }
        }
    }

    private func smooth(
        _ run: Range<Int>, _ cycles: Int, _ weighted: UnsafePointer<Double>, _ weights: UnsafePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>, _ smoothed: UnsafeMutablePointer<Double>
    ) {
        // A cycle before the first and one after the last: the low-pass needs them.
        for cycle in -1...cycles {
            let (reach, first, last) = reach(of: cycle, cycles)
            for sum in 0..<5 { (sums + sum * Self.runMax).initialize(repeating: 0, count: run.count) }
            for neighbour in first...last {
                let position = Double(neighbour - cycle)
                let weight = Tricube.weight(position, reach: reach)
                guard weight > 0 else { continue }
                let offset = neighbour * period + run.lowerBound
                Self.add(weight, position, weighted + offset, weights + offset, sums, run.count)
            }
            let target = smoothed + (cycle + 1) * period + run.lowerBound
            if evaluate(sums, run.count, target) {
                widen(run, cycle, cycles, weighted, weights, target)
            }
        }
    }

    private static func add(
        _ weight: Double, _ position: Double, _ weighted: UnsafePointer<Double>, _ weights: UnsafePointer<Double>,
        _ sums: UnsafeMutablePointer<Double>, _ phases: Int
    ) {
        let first = weight * position
        let second = first * position
        for phase in 0..<phases {
            let robust = weights[phase]
            let value = weighted[phase]
            sums[phase] += weight * robust
            sums[phase + runMax] += first * robust
            sums[phase + 2 * runMax] += second * robust
            sums[phase + 3 * runMax] += weight * value
            sums[phase + 4 * runMax] += first * value
        }
    }

    /// Says whether a phase was without any weight.
    private func evaluate(
        _ sums: UnsafeMutablePointer<Double>, _ phases: Int, _ target: UnsafeMutablePointer<Double>
    ) -> Bool {
        for phase in 0..<phases {
            target[phase] = LineSums.valueAtOrigin(
                weight: sums[phase], position: sums[phase + Self.runMax], square: sums[phase + 2 * Self.runMax],
                value: sums[phase + 3 * Self.runMax], product: sums[phase + 4 * Self.runMax], reachMax: lineReach)
        }
        return (0..<phases).contains { target[$0].isNaN }
    }

    /// Where the whole window is missing or without weight: the mean of the nearest cycles that have some.
    private func widen(
        _ run: Range<Int>, _ cycle: Int, _ cycles: Int, _ weighted: UnsafePointer<Double>,
        _ weights: UnsafePointer<Double>, _ target: UnsafeMutablePointer<Double>
    ) {
        for (index, phase) in run.enumerated() where target[index].isNaN {
            var weight = 0.0
            var value = 0.0
            for distance in 1...(cycles + 1) {
                guard weight < Self.weightEnough else { break }
                for other in [cycle - distance, cycle + distance] where (0..<cycles).contains(other) {
                    weight += weights[other * period + phase]
                    value += weighted[other * period + phase]
                }
            }
            if weight > 1e-6 { target[index] = value / weight }
        }
    }

    /// How far the window of a cycle reaches, in cycles, and its first and last cycle.
    private func reach(of cycle: Int, _ cycles: Int) -> (Double, Int, Int) {
        if window >= cycles {
            let reach = max(cycle, cycles - 1 - cycle) + (window - cycles) / 2
            return (Double(max(reach, 1)), 0, cycles - 1)
        }
        let first = min(max(cycle - (window - 1) / 2, 0), cycles - window)
        let last = first + window - 1
        return (Double(max(cycle - first, last - cycle)), first, last)
    }
}
