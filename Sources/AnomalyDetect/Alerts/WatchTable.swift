import Telemetry

/// The series that the engine has seen, each with the rules that watch it, so that globs are matched once a series.
struct WatchTable: Sendable {
    /// One rule that watches a series.
    struct Watch: Sendable {
        let rule: Int32
        /// Whether the engine keeps a state for it: something is pending or fires.
        var isActive = false
        /// What the rule has to remember of a counter.
        var increase: IncreaseHistory?
    }

    struct Series: Sendable {
        let timing: String
        let unit: MetricUnit
        let labels: LabelSet
        let isSignal: Bool
        var watches: [Watch]
        /// The evaluation that saw the series last.
        var seenIn: UInt64
        /// The evaluation in which an alert on the series ended last.
        var endedIn: UInt64 = 0
        /// The place among the series of the evaluation that saw it last.
        var position: Int
        var isInUse = true

        func isSame(as key: Key) -> Bool {
            // Label arrays that the store shares with us are equal at a glance.
            timing == key.timing && labels == key.labels
        }
    }

    /// What tells series apart. No timing has the name of a signal: those begin with `latencyd_`.
    struct Key: Hashable, Sendable {
        let timing: String
        let labels: LabelSet
    }

    /// A slot stays the same for as long as its series is known.
    var slots: [Series] = []
    /// Finds the rules of new series; the slots there are keep their watches when it is replaced.
    var matcher: RuleMatcher
    private var slotOf: [Key: Int] = [:]
    private var free: [Int] = []
    /// The slots in the order of the evaluation before; the store mostly keeps its order, which saves hashing labels.
    private var previousOrder: [Int] = []
    private var order: [Int] = []
    private var cursor = 0

    init(_ rules: [AlertRule]) { matcher = RuleMatcher(rules) }

    mutating func beginEvaluation() {
        swap(&previousOrder, &order)
        order.removeAll(keepingCapacity: true)
        cursor = 0
    }

    /// The slot of the series of `summary`, a new one if need be; nil when this evaluation has seen it already.
    mutating func slot(of summary: TimingSummary, evaluation: UInt64) -> Int? {
        slot(of: Key(timing: summary.timing, labels: summary.labels), summary.unit, isSignal: false, evaluation)
    }

    /// The slot of a sample of a signal, as ``slot(of:evaluation:)``.
    mutating func slot(ofSignal name: String, _ unit: MetricUnit, _ labels: LabelSet, evaluation: UInt64) -> Int? {
        slot(of: Key(timing: name, labels: labels), unit, isSignal: true, evaluation)
    }

    private mutating func slot(of key: Key, _ unit: MetricUnit, isSignal: Bool, _ evaluation: UInt64) -> Int? {
        let slot = find(key) ?? add(key, unit, isSignal: isSignal)
        guard slots[slot].seenIn != evaluation else { return nil }
        slots[slot].seenIn = evaluation
        slots[slot].position = order.count
        order.append(slot)
        return slot
    }

    /// The slot of a series that no evaluation has seen yet, a new one if need be.
    mutating func slot(resuming key: Key, _ unit: MetricUnit, isSignal: Bool) -> Int {
        slotOf[key] ?? add(key, unit, isSignal: isSignal)
    }

    private mutating func find(_ key: Key) -> Int? {
        if cursor < previousOrder.count {
            let expected = previousOrder[cursor]
            if slots[expected].isInUse && slots[expected].isSame(as: key) {
                cursor += 1
                return expected
            }
        }
        guard let slot = slotOf[key] else { return nil }
        cursor = slots[slot].position + 1
        return slot
    }

    private mutating func add(_ key: Key, _ unit: MetricUnit, isSignal: Bool) -> Int {
        let series = Series(
            timing: key.timing, unit: unit, labels: key.labels, isSignal: isSignal,
            watches: matcher.watches(key.timing, key.labels, isSignal: isSignal), seenIn: 0, position: 0)
        let slot = free.popLast() ?? slots.count
        if slot == slots.count {
            slots.append(series)
        } else {
            slots[slot] = series
        }
        slotOf[key] = slot
        return slot
    }

    /// Forgets the series.
    mutating func remove(_ slot: Int) {
        slotOf[Key(timing: slots[slot].timing, labels: slots[slot].labels)] = nil
        slots[slot].isInUse = false
        slots[slot].watches = []
        free.append(slot)
    }
}

extension RuleMatcher {
    /// The rules that watch a series, none of them active.
    mutating func watches(_ name: String, _ labels: LabelSet, isSignal: Bool) -> [WatchTable.Watch] {
        let rules = isSignal ? rules(watchingSignal: name, labels) : rules(watching: name, labels)
        return rules.map { WatchTable.Watch(rule: Int32($0)) }
    }
}
