import Platform

/// What one GPU is still asked for, in which way, and when. Decides; asks nothing itself.
struct GPUSignalBook: Sendable {
    /// The longest time between two attempts at a signal that fails.
    static let pauseSecondsMax = 300.0

    /// What is to be done after an answer.
    enum Reaction: Sendable, Equatable {
        /// Take the value.
        case take
        /// There is none this time.
        case none
        /// Ask again at once, in the next way.
        case askOtherwise
        case deviceLost(NVMLReturn)
        case driverGone(NVMLReturn)
        case mismatch
    }

    /// A signal whose standing changed, for the log.
    struct Change: Sendable, Equatable {
        var signal: String
        var standing: GPUSignalStanding
        var code: NVMLReturn
    }

    private struct Entry {
        let signal: GPUSignal
        var way = 0
        var standing = GPUSignalStanding.asked
        var failures = 0
        var due = -Double.infinity
    }

    private var entries: [Entry]
    private var changes: [Change] = []
    /// Whether a standing changed since the summary was taken.
    private var isSummaryOld = true

    init(_ signals: [GPUSignal]) { entries = signals.map { Entry(signal: $0) } }

    func signal(_ index: Int) -> GPUSignal { entries[index].signal }

    /// The way in which a signal is asked for now.
    func way(_ index: Int) -> GPUWay { entries[index].signal.ways[entries[index].way] }

    /// The signals to be asked for in the pass at `now`, in the order of the table. Each is due again a cadence later.
    mutating func due(at now: Double, intervalSeconds: Double) -> [Int] {
        // A pass that comes a little early must not put what is due off to the next one.
        let slack = intervalSeconds / 2
        var due: [Int] = []
        // There are hundreds, of which few are due: an entry is not copied to look at it.
        for index in entries.indices where entries[index].due <= now + slack {
            guard entries[index].standing == .asked || entries[index].standing == .failing else { continue }
            entries[index].due = now + entries[index].signal.cadence.seconds(intervalSeconds: intervalSeconds)
            due.append(index)
        }
        return due
    }

    /// Takes the return code of a signal that was asked for.
    mutating func record(_ code: NVMLReturn, for index: Int, at now: Double, intervalSeconds: Double) -> Reaction {
        switch NVMLMeaning(code) {
        case .value:
            if entries[index].standing != .asked {
                entries[index].standing = .asked
                isSummaryOld = true
            }
            entries[index].failures = 0
            return .take
        case .nothingNow:
            return .none
        case .unsupported:
            if entries[index].way + 1 < entries[index].signal.ways.count {
                entries[index].way += 1
                return .askOtherwise
            }
            change(index, to: .unsupported, code)
            return .none
        case .denied:
            change(index, to: .denied, code)
            return .none
        case .blocked, .trouble:
            putOff(index, code, at: now, intervalSeconds: intervalSeconds)
            return .none
        case .deviceLost: return .deviceLost(code)
        case .driverGone: return .driverGone(code)
        case .mismatch: return .mismatch
        }
    }

    /// Twice as long each time.
    private mutating func putOff(_ index: Int, _ code: NVMLReturn, at now: Double, intervalSeconds: Double) {
        change(index, to: .failing, code)
        entries[index].failures = min(entries[index].failures + 1, 16)
        let cadence = entries[index].signal.cadence.seconds(intervalSeconds: intervalSeconds)
        let pause = cadence * Double(1 << entries[index].failures)
        entries[index].due = now + max(min(pause, Self.pauseSecondsMax), cadence)
    }

    private mutating func change(_ index: Int, to standing: GPUSignalStanding, _ code: NVMLReturn) {
        guard entries[index].standing != standing else { return }
        entries[index].standing = standing
        isSummaryOld = true
        // A signal that fails again and again is one line in the log.
        let change = Change(signal: entries[index].signal.name, standing: standing, code: code)
        if entries[index].failures == 0, !changes.contains(change) { changes.append(change) }
    }

    /// What changed since this was last asked.
    mutating func takeChanges() -> [Change] {
        defer { changes = [] }
        return changes
    }

    /// nil while nothing changed since this was last asked.
    mutating func takeSummary() -> GPUSignalSummary? {
        guard isSummaryOld else { return nil }
        isSummaryOld = false
        return summary
    }

    var summary: GPUSignalSummary {
        var counts = Dictionary(uniqueKeysWithValues: GPUSignalStanding.allCases.map { ($0, 0) })
        for entry in entries { counts[entry.standing, default: 0] += 1 }
        let denied = Set(entries.filter { $0.standing == .denied }.map(\.signal.name)).sorted()
        return GPUSignalSummary(counts: counts, denied: denied)
    }
}
