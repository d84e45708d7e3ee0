internal import Telemetry

/// The last values of a server's counters: tells how far each went, without ever inventing a step.
///
/// - A value below the last one is a counter that was set back, as by a restart: nothing is counted for that interval.
/// - A series that is new on a page that was read in the round before began at zero.
/// - A series that is new otherwise has counted for nobody knows how long: nothing is counted.
struct CounterMemory: Sendable {
    /// A series that was not seen for so many rounds is forgotten.
    static let roundsKept = 180

    private struct Entry: Sendable {
        var value: Double
        var round: UInt64
    }

    private var entries: [String: [LabelSet: Entry]] = [:]
    private var round: UInt64 = 0
    /// Whether the round before this one was read well.
    private var isContinued = false

    /// Begins the next round that was read well.
    mutating func begin(isContinued: Bool) {
        self.isContinued = isContinued && round > 0
        round &+= 1
        guard round.isMultiple(of: UInt64(Self.roundsKept)) else { return }
        for (name, series) in entries {
            let kept = series.filter { round - $0.value.round < UInt64(Self.roundsKept) }
            entries[name] = kept.isEmpty ? nil : kept
        }
    }

    /// How far the series went since it was seen last; nil when that cannot be said.
    mutating func increase(_ name: String, _ labels: LabelSet, to value: Double) -> Double? {
        guard value.isFinite, value >= 0 else { return nil }
        let last = entries[name]?[labels]
        entries[name, default: [:]][labels] = Entry(value: value, round: round)
        guard let last else { return isContinued ? value : nil }
        return value >= last.value ? value - last.value : nil
    }
}
