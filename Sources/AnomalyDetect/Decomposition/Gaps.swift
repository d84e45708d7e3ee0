/// Values that are not known, between ones that are.
enum Gaps {
    /// Replaces each NaN by the straight line between its known neighbours, by the nearest one at the ends, and by 0 when
    /// nothing is known.
    static func bridge(_ values: UnsafeMutableBufferPointer<Double>) {
        var known = -1
        for index in values.indices where !values[index].isNaN {
            if index > known + 1 { bridge(values, from: known, to: index) }
            known = index
        }
        guard known < values.count - 1 else { return }
        let last = known < 0 ? 0 : values[known]
        for index in (known + 1)..<values.count { values[index] = last }
    }

    /// - Parameter from: the known value before; −1 when there is none.
    private static func bridge(_ values: UnsafeMutableBufferPointer<Double>, from: Int, to: Int) {
        let begin = from < 0 ? values[to] : values[from]
        let slope = (values[to] - begin) / Double(to - from)
        for index in (from + 1)..<to { values[index] = begin + slope * Double(index - from) }
    }
}
