/// The median of each phase over the cycles: what a season is about, whatever one of its cycles did.
///
/// Least squares cannot tell which of four values is the odd one: it moves towards it, and all four look equally wrong.
enum PhaseMedians {
    /// Of few cycles the usual reach of the weights holds. Of more, least squares find the odd ones, and a season that has
    /// changed for good must not count as odd: only what is absurd is left out.
    ///
    /// Beyond so many medians it is absurd.
    static let absurdInMedians = 60.0
    /// How often trend and weights are found in turn: each time, outliers move the trend a thousand times less.
    static let rounds = 3

    /// Subtracts from each value the median of its phase; the mean of the two in the middle of an even number.
    static func subtract(from values: inout [Double], isPresent: [Bool], period: Int) {
        var cycle: [Double] = []
        for phase in 0..<period {
            cycle.removeAll(keepingCapacity: true)
            for index in stride(from: phase, to: values.count, by: period) where isPresent[index] {
                cycle.append(values[index])
            }
            guard !cycle.isEmpty else { continue }
            cycle.sort()
            let median = (cycle[(cycle.count - 1) / 2] + cycle[cycle.count / 2]) / 2
            for index in stride(from: phase, to: values.count, by: period) { values[index] -= median }
        }
    }
}
