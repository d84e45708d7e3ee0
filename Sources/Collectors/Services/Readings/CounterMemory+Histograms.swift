internal import Telemetry

extension CounterMemory {
    /// What each bucket of a histogram counted since it was seen last, from its cumulative counts, among them the one
    /// of +Inf; nil when that cannot be said, as after a change of the bounds.
    mutating func increases(
        _ name: String, _ labels: LabelSet, _ cumulative: [(bound: Double, count: Double)]
    ) -> (bounds: [Double], counts: [UInt64])? {
        let sorted = cumulative.sorted { $0.bound < $1.bound }
        let bounds = sorted.dropLast().map(\.bound)
        guard sorted.count <= Self.bucketsMax, sorted.last?.bound == .infinity,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }), bounds.first.map(\.isFinite) ?? true,
            sorted.allSatisfy({ $0.count >= 0 && $0.count <= Self.valueMax })
        else {
            if histograms[name]?[labels] == nil { noteMet(name, labels) }
            return nil
        }
        let counts = sorted.map(\.count)
        let last = histograms[name]?[labels]
        if let last, last.round == round { return last.increases.map { (last.bounds, $0) } }
        guard hasRoom(for: counts.count - (last?.counts.count ?? 0), name, labels) else { return nil }
        readCount += counts.count
        var increases: [UInt64]?
        if let last {
            if last.bounds == bounds {
                let isContinued = zip(counts, last.counts).allSatisfy { $0 >= $1 }
                if last.round < recent[0].round { late.insert(labels) }
                if isContinued { increases = Self.counts(counts, since: last.counts) } else { fallen.insert(labels) }
            }
        }
        histograms[name, default: [:]][labels] = Histogram(
            bounds: bounds, counts: counts, increases: increases, round: round,
            isNew: last == nil && isUnmet(name, labels))
        return increases.map { (bounds, $0) }
    }

    /// What a histogram that is new in this round counted since it began, at zero.
    mutating func countBucketsFromZero(_ name: String, _ labels: LabelSet) -> (bounds: [Double], counts: [UInt64])? {
        guard let new = histograms[name]?[labels], new.isNew, new.round == round else { return nil }
        let increases = Self.counts(new.counts, since: new.counts.map { _ in 0 })
        histograms[name]?[labels]?.increases = increases
        return increases.map { (new.bounds, $0) }
    }

    /// The bounds of a histogram, if it was read in this round.
    func bounds(_ name: String, _ labels: LabelSet) -> [Double]? {
        histograms[name]?[labels].flatMap { $0.round == round ? $0.bounds : nil }
    }

    /// From cumulative counts what each bucket got. A bucket below the one before it comes from a server that was read
    /// while it counted. Nil for more of them than there can be.
    private static func counts(_ now: [Double], since last: [Double]) -> [UInt64]? {
        guard zip(now, last).allSatisfy({ $0 - $1 <= observationsMax }) else { return nil }
        var below = 0.0
        return zip(now, last).map { now, last in
            let through = max(now - last, below)
            defer { below = through }
            return UInt64((through - below).rounded())
        }
    }
}
