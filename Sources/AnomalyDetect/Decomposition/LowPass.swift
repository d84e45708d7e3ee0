/// What changes more slowly than a season: STL's step 3. Two running means over a period, one over three points, and a
/// local regression. It is taken off the smoothed phases, so that a season has no level of its own.
struct LowPass {
    private let period: Int
    private var regression: LocalRegression
    private var first: [Double]
    private var second: [Double]

    init(count: Int, period: Int) {
        self.period = period
        regression = LocalRegression(count: count, window: max(3, (period + 1).roundedUpToOdd))
        first = Array(repeating: 0, count: count + period + 1)
        second = Array(repeating: 0, count: count + 2)
    }

    /// - Parameters:
    ///   - smoothed: `count` + 2 · `period` finite numbers.
    ///   - low: room for `count` numbers.
    mutating func filter(_ smoothed: [Double], into low: inout [Double]) {
        Self.mean(smoothed, over: period, into: &first)
        Self.mean(first, over: period, into: &second)
        Self.mean(second, over: 3, into: &low)
        // A mean of the smoothed phases is as long as the series now and takes the place of its own input.
        low.withUnsafeMutableBufferPointer { low in
            second.withUnsafeMutableBufferPointer { copy in
                copy.baseAddress!.update(from: low.baseAddress!, count: low.count)
                regression.smooth(copy.baseAddress!, weights: nil, into: low.baseAddress!)
            }
        }
    }

    /// The means of all runs of `length` values: as many fewer as that, and one more.
    static func mean(_ values: [Double], over length: Int, into means: inout [Double]) {
        values.withUnsafeBufferPointer { values in
            means.withUnsafeMutableBufferPointer { means in
                var sum = 0.0
                for index in 0..<length { sum += values[index] }
                let share = 1 / Double(length)
                means[0] = sum * share
                for index in 1..<(values.count - length + 1) {
                    sum += values[index + length - 1] - values[index - 1]
                    means[index] = sum * share
                }
            }
        }
    }
}
