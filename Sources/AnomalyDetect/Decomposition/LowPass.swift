/// What changes more slowly than a season: STL's step 3. Two running means over a period, one over three points, and a
/// local regression. It is taken off the smoothed phases, so that a season has no level of its own.
struct LowPass {
    private let count: Int
    private let period: Int
    private var regression: LocalRegression

    init(count: Int, period: Int) {
        self.count = count
        self.period = period
        regression = LocalRegression(count: count, window: (period + 1).roundedUpToOdd)
    }

    /// - Parameter values: a season's smoothed phases, `count` + 2 · `period` finite numbers; then, in the first `count`,
    ///   what changes more slowly.
    mutating func filter(_ values: UnsafeMutablePointer<Double>) {
        var length = count + 2 * period
        for run in [period, period, 3] {
            Self.average(values, length, over: run)
            length -= run - 1
        }
        regression.smooth(values, weights: nil, into: values)
    }

    /// Puts in the place of each value the mean of a run that begins with it; the last ones have none.
    static func average(_ values: UnsafeMutablePointer<Double>, _ length: Int, over run: Int) {
        var sum = 0.0
        for index in 0..<(run - 1) { sum += values[index] }
        let share = 1 / Double(run)
        for index in 0...(length - run) {
            sum += values[index + run - 1]
            let first = values[index]
            values[index] = sum * share
            sum -= first
        }
    }
}
