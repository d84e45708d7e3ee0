/// The median of each phase over the cycles: what a season is about, whatever one of its cycles did.
///
/// Least squares cannot tell which of four values is the odd one: it moves towards it, and all four look equally wrong.
enum PhaseMedians {
    /// From so many cycles on, least squares are a good enough beginning.
    static let cyclesMax = 8

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
