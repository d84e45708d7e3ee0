public import Telemetry

/// Decides which alerts begin, change and end. It has no clock and does nothing: each evaluation takes the summaries
/// of a window and returns what changed.
///
/// For each rule and series a state is kept while something is pending or fires. A rise to a level needs the value
/// over its threshold for the rule's whole `holdForSeconds`; the highest such level fires. On the way down a level
/// stays while the value is above its threshold less the recovery margin, then the highest level that still holds
/// takes over. A series without observations ends what is pending and leaves what fires as it is, until
/// `noDataAfterSeconds` later the alert ends as `noData`.
public struct AlertEngine: Sendable {
    /// The most alerts that are pending or fire at once.
    public static let statesDefaultMax = 100_000

    public var rules: [AlertRule] { table.matcher.rules }
    /// How long a firing alert stays without a statement about its value, seconds.
    public private(set) var noDataAfterSeconds: Double
    /// The most alerts that are pending or fire at once in this engine.
    public let statesMax: Int
    /// How often a value over a threshold was left alone because of `statesMax`.
    public private(set) var notEvaluatedTotal: UInt64 = 0

    private(set) var limits: [AlertLimits]
    var table: WatchTable
    var states: [StateKey: AlertState] = [:]
    private(set) var evaluatedAt: Instant?
    private(set) var evaluation: UInt64 = 0
    /// Whether any rule watches signals.
    private var watchesSignals: Bool
    /// The place of the rule that makes alerts of learned levels; nil without it.
    private(set) var learnedRule: Int?
    /// What was last learned of the series in each slot, as long as it is there or an alert fires by it.
    var learned: [Int32: LearnedLevel] = [:]
    /// Learned levels of before a restart, which hold until a whole minute can be judged again.
    var held = HeldLevels()

    struct StateKey: Hashable, Sendable {
        let slot: Int32
        let rule: Int32
    }

    public init(
        rules: [AlertRule], noDataAfterSeconds: Double, statesMax: Int = AlertEngine.statesDefaultMax
    ) {
        self.noDataAfterSeconds = noDataAfterSeconds
        self.statesMax = statesMax
        table = WatchTable(rules)
        limits = rules.map(AlertLimits.init)
        watchesSignals = rules.contains { $0.measure.isOfSignal }
        learnedRule = rules.firstIndex { $0.measure == .learned }
    }

    /// Takes the trailing-minute summaries of all live timings, once a window, and the samples of all signals. Of two
    /// summaries or samples of one series the first counts.
    ///
    /// - Parameter learnedLevels: what was learned says, by the place among `summaries`. A rule of the same name that
    ///   fires on the same series takes the level over; else an alert of its own begins.
    public mutating func evaluate(
        _ summaries: [TimingSummary], learned learnedLevels: [Int: LearnedLevel] = [:], signals: [MetricFamily] = [],
        at now: Instant
    ) -> [AlertChange] {
        evaluation += 1
        evaluatedAt = now
        table.beginEvaluation()
        held.expire(at: now)
        var changes: [AlertChange] = []
        let learnedBefore = learned
        learned.removeAll(keepingCapacity: true)
        for (position, summary) in summaries.enumerated() {
            guard let slot = table.slot(of: summary, evaluation: evaluation) else { continue }
            learned[Int32(slot)] = learnedRule == nil ? nil : learnedLevels[position]
            for place in table.slots[slot].watches.indices {
                let rule = Int(table.slots[slot].watches[place].rule)
                guard case .statistic(let statistic) = limits[rule].measure else { continue }
                let observation = AlertObservation(summary.summary, statistic, limits[rule])
                guard table.slots[slot].watches[place].isActive || begins(observation, rule: rule) else { continue }
                if let change = update(slot, place, observation, at: now) { changes.append(change) }
            }
            evaluateLearned(slot, summary.summary, before: learnedBefore, at: now, &changes)
        }
        if watchesSignals {
            for family in signals where table.matcher.watchesSignal(family.descriptor.sampleName) {
                evaluate(family, at: now, &changes)
            }
        }
        for slot in table.slots.indices where table.slots[slot].isInUse && table.slots[slot].seenIn != evaluation {
            if table.slots[slot].watches.contains(where: \.isActive) {
                learned[Int32(slot)] = learnedBefore[Int32(slot)]
            }
            evaluateMissing(slot, at: now, &changes)
        }
        return changes
    }

    /// Takes new rules. An alert whose rule is still there, unchanged, goes on; what fires by another rule ends.
    public mutating func replace(rules newRules: [AlertRule], noDataAfterSeconds: Double) -> [AlertChange] {
        let places = Self.places(of: rules, in: newRules)
        var matcher = RuleMatcher(newRules)
        var kept: [StateKey: AlertState] = [:]
        var changes: [AlertChange] = []
        for slot in table.slots.indices where table.slots[slot].isInUse {
            let series = table.slots[slot]
            var watches = matcher.watches(series.timing, series.labels, isSignal: series.isSignal)
            for watch in series.watches {
                if let rule = places[Int(watch.rule)], let place = watches.firstIndex(where: { $0.rule == rule }) {
                    watches[place].increase = watch.increase
                }
                guard watch.isActive, let state = states[StateKey(slot: Int32(slot), rule: watch.rule)] else {
                    continue
                }
                if let rule = places[Int(watch.rule)], let place = watches.firstIndex(where: { $0.rule == rule }) {
                    watches[place].isActive = true
                    kept[StateKey(slot: Int32(slot), rule: rule)] = state
                } else if state.level > .none {
                    let at = evaluatedAt ?? state.since
                    changes.append(change(slot, Int(watch.rule), state, to: .none, .ruleRemoved, at: at))
                }
            }
            table.slots[slot].watches = watches
        }
        table.matcher = matcher
        states = kept
        limits = newRules.map(AlertLimits.init)
        watchesSignals = newRules.contains { $0.measure.isOfSignal }
        learnedRule = newRules.firstIndex { $0.measure == .learned }
        self.noDataAfterSeconds = noDataAfterSeconds
        return changes
    }

    /// For each old rule the place of the same rule among the new ones.
    private static func places(of old: [AlertRule], in new: [AlertRule]) -> [Int32?] {
        var free: [AlertRule: [Int32]] = [:]
        for place in new.indices { free[new[place], default: []].append(Int32(place)) }
        return old.map { free[$0]?.popLast() }
    }
}

// MARK: - Signals

extension AlertEngine {
    /// Evaluates the samples of a family that some rule watches. Histograms are left out: they have no value.
    private mutating func evaluate(
        _ family: MetricFamily, at now: Instant, _ changes: inout [AlertChange]
    ) {
        for sample in family.samples {
            guard case .number(let value) = sample.value,
                let slot = table.slot(
                    ofSignal: family.descriptor.sampleName, family.descriptor.unit, sample.labels,
                    evaluation: evaluation)
            else { continue }
            for place in table.slots[slot].watches.indices {
                let rule = Int(table.slots[slot].watches[place].rule)
                let measured = measure(value, sample.createdSeconds, slot, place, at: now)
                let observation =
                    measured.isNaN ? AlertObservation.nothing : .value(measured * limits[rule].sign)
                guard table.slots[slot].watches[place].isActive || begins(observation, rule: rule) else { continue }
                if let change = update(slot, place, observation, at: now) { changes.append(change) }
            }
        }
    }

    /// What the rule compares of a sample. A counter that says that it began within the trailing time has risen from
    /// zero in it; of any other what it had counted when it was first seen is nobody's concern.
    private mutating func measure(
        _ value: Double, _ createdSeconds: Double?, _ slot: Int, _ place: Int, at now: Instant
    ) -> Double {
        let rule = Int(table.slots[slot].watches[place].rule)
        guard case .increase(let windowSeconds) = limits[rule].measure, value.isFinite else { return value }
        let isNew = createdSeconds.map { $0 > now.unixSeconds - windowSeconds } ?? false
        var history =
            table.slots[slot].watches[place].increase
            ?? IncreaseHistory(
                windowSeconds: windowSeconds, base: isNew ? 0 : value, at: now.monotonicSeconds)
        let rise = history.rise(to: value, at: now.monotonicSeconds)
        table.slots[slot].watches[place].increase = history
        return limits[rule].sign > 0 || history.isWhole ? rise : .nan
    }
}

// MARK: - One rule and one series

extension AlertEngine {
    /// Whether something begins that was not there; counts it where there is no room.
    private mutating func begins(_ observation: AlertObservation, rule: Int) -> Bool {
        guard case .value(let value) = observation, value > limits[rule].lowestThreshold else { return false }
        if states.count >= statesMax {
            notEvaluatedTotal += 1
            return false
        }
        return true
    }

    private mutating func update(
        _ slot: Int, _ place: Int, _ observation: AlertObservation, at now: Instant
    ) -> AlertChange? {
        let rule = Int(table.slots[slot].watches[place].rule)
        let key = StateKey(slot: Int32(slot), rule: Int32(rule))
        let before = states[key] ?? AlertState(since: now)
        var state = before
        switch observation {
        case .value(let value):
            state.observe(value, limits[rule], raisedTo: levelTakenOver(slot, rule), at: now)
        case .nothing: state.observeNothing(isQuiet: false, at: now)
        case .quiet: state.observeNothing(isQuiet: true, at: now)
        }
        let isForsaken = state.quietSince.map { now.hasPassed(noDataAfterSeconds, since: $0) } ?? false
        let hasEnded = isForsaken || state.isOver
        states[key] = hasEnded ? nil : state
        table.slots[slot].watches[place].isActive = !hasEnded
        if hasEnded { table.slots[slot].endedIn = evaluation }

        if isForsaken {
            return before.level > .none ? change(slot, rule, before, to: .none, .noData, at: now) : nil
        }
        guard state.level != before.level else { return nil }
        let reason: AlertChange.Reason =
            state.level > before.level ? .exceeded : state.level == .none ? .recovered : .eased
        var told = change(slot, rule, state, from: before.level, to: state.level, reason, at: now)
        let isLearned = before.level > before.ownLevel || state.level > state.ownLevel
        if rule == learnedRule || (isLearned && state.level > .none) {
            told.threshold = nil
            told.learned = learned[Int32(slot)]?.evidence
            if let value = told.learned?.value, rule == learnedRule { told.value = value }
        }
        return told
    }

    private func change(
        _ slot: Int, _ rule: Int, _ state: AlertState, from: AlertLevel? = nil, to: AlertLevel,
        _ reason: AlertChange.Reason, at now: Instant
    ) -> AlertChange {
        let series = table.slots[slot]
        var change = AlertChange(
            rule: rules[rule].name, timing: series.timing, unit: series.unit, labels: series.labels,
            measure: rules[rule].measure, direction: rules[rule].direction, from: from ?? state.level, to: to,
            sinceUnixSeconds: state.since.unixSeconds, atUnixSeconds: now.unixSeconds, reason: reason)
        switch reason {
        case .noData, .takenOver, .grouped: break
        case .ruleRemoved: change.value = state.quietSince == nil ? state.value * limits[rule].sign : nil
        case .exceeded, .eased, .recovered:
            change.value = state.value * limits[rule].sign
            let crossed = reason == .exceeded ? to : limits[rule].next(above: to)
            change.threshold = crossed.map { .init(level: $0, value: limits[rule].thresholds[$0] * limits[rule].sign) }
            if reason == .exceeded { change.overSinceUnixSeconds = state.overSince[to]?.unixSeconds }
        }
        return change
    }

    /// After the rules with thresholds: makes an alert of the learned level, unless one of theirs has taken it over.
    private mutating func evaluateLearned(
        _ slot: Int, _ summary: WindowSummary, before: [Int32: LearnedLevel], at now: Instant,
        _ changes: inout [AlertChange]
    ) {
        guard let place = learnedPlace(slot) else { return }
        let watch = table.slots[slot].watches[place]
        let level = learned[Int32(slot)]
        guard watch.isActive || level.map({ $0.level > .none }) ?? false else { return }
        let key = StateKey(slot: Int32(slot), rule: watch.rule)
        if isTakenOver(slot) {
            guard let state = states[key] else { return }
            states[key] = nil
            table.slots[slot].watches[place].isActive = false
            changes.append(change(slot, Int(watch.rule), state, to: .none, .takenOver, at: now))
            return
        }
        // What was learned last still says why an alert fires.
        let isHeld = held.outweighs(level, slot)
        if level == nil || isHeld { learned[Int32(slot)] = before[Int32(slot)] }
        let observation = AlertObservation(isHeld ? nil : level, summary)
        guard watch.isActive || begins(observation, rule: Int(watch.rule)) else { return }
        if let change = update(slot, place, observation, at: now) { changes.append(change) }
    }

    /// A series that is not among the summaries any more.
    private mutating func evaluateMissing(_ slot: Int, at now: Instant, _ changes: inout [AlertChange]) {
        for place in table.slots[slot].watches.indices where table.slots[slot].watches[place].isActive {
            if let change = update(slot, place, .quiet, at: now) { changes.append(change) }
        }
        // A series whose alert ended just now is kept once more, so that its level is seen to go back to none; a
        // counter whose rise is followed for as long as that reaches back.
        let series = table.slots[slot]
        let isFollowed = series.watches.contains { watch in
            watch.increase.map { now.monotonicSeconds - $0.lastSeconds < $0.windowSeconds } ?? false
        }
        if series.endedIn != evaluation && !isFollowed && !series.watches.contains(where: \.isActive) {
            table.remove(slot)
        }
    }
}
