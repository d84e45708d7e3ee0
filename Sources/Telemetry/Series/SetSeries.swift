/// The state of a set: its distinct members over the trailing minute.
struct SetSeries: Sendable {
    private var window = DistinctCounter()
    /// The finished windows of the trailing minute, oldest first.
    private var finished: [DistinctCounter] = []

    mutating func insert(_ memberHash: UInt64) { window.insert(memberHash) }

    /// Ends the window in progress; keeps at most `windowsMax` finished ones.
    mutating func rotate(windowsMax: Int) {
        if finished.count >= windowsMax { finished.removeFirst(finished.count - windowsMax + 1) }
        finished.append(window)
        window = DistinctCounter()
    }

    /// Distinct members of the windows kept and the one in progress.
    var distinctCount: Double {
        var all = window
        for one in finished where !one.isEmpty { all.merge(one) }
        return all.count
    }
}

extension SetSeries: Poolable {
    static var vacant: SetSeries { SetSeries() }
}
