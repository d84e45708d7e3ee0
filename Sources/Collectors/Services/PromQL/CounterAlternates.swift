internal import Telemetry

/// Of several queries for one counter the one whose increase counts in a round.
///
/// It is the first one that was there in the round before as well, whatever the others say: an interval is counted
/// once, also where the queries take turns.
struct CounterAlternates: Sendable {
    private struct Choice {
        /// The query that was counted last.
        var counted: Int
        var present: [Int]
        var round: UInt64
    }

    private var choices: [ServiceSignal: [LabelSet: Choice]] = [:]
    private var round: UInt64 = 0

    /// Series that were gone for as long as ``CounterMemory`` remembers them are forgotten.
    mutating func begin() {
        round &+= 1
        let kept = UInt64(CounterMemory.roundsKept)
        guard round.isMultiple(of: kept) else { return }
        let oldest = round - kept
        choices = choices.mapValues { $0.filter { $0.value.round >= oldest } }
    }

    /// Whose increase counts of the queries at the places `present`, in their order; nil where none does, since it may
    /// hold what was counted by another one.
    mutating func choose(_ signal: ServiceSignal, _ labels: LabelSet, of present: [Int]) -> Int? {
        guard let first = present.first else { return nil }
        let last = choices[signal]?[labels]
        var chosen: Int?
        if let last {
            let before = last.round == round - 1 ? last.present : []
            chosen = present.first { before.contains($0) } ?? present.first { $0 == last.counted }
        }
        choices[signal, default: [:]][labels] = Choice(counted: chosen ?? first, present: present, round: round)
        return chosen
    }
}
