import Telemetry

// MARK: - Alerts that outlive the process

extension AlertEngine {
    /// Everything that fires, for ``resume(_:seenUnixSeconds:at:)`` in the next process.
    public func continuations() -> [AlertContinuation] {
        var found: [AlertContinuation] = []
        for (slot, series) in table.slots.enumerated() {
            for watch in series.watches where watch.isActive {
                guard let state = states[StateKey(slot: Int32(slot), rule: watch.rule)], state.level > .none else {
                    continue
                }
                let rule = rules[Int(watch.rule)]
                let isLearned = rule.measure == .learned || state.level > state.ownLevel
                let learned = isLearned ? learned[Int32(slot)]?.evidence : nil
                let value = rule.measure == .learned ? learned?.value : state.value * rule.direction.sign
                found.append(
                    AlertContinuation(
                        rule: rule.name, measure: rule.measure, direction: rule.direction, pattern: rule.pattern,
                        timing: series.timing, unit: series.unit, labels: series.labels, level: state.level,
                        ownLevel: state.ownLevel, sinceUnixSeconds: state.since.unixSeconds,
                        value: value.flatMap { $0.isNaN ? nil : $0 }, learned: learned))
            }
        }
        return found
    }

    /// Goes on, before the first evaluation, with alerts that fired in an earlier process: as if nothing had been said of
    /// them since `now`. An alert whose rule is gone, or another, ends.
    ///
    /// - Parameter seenUnixSeconds: when they were last seen to fire.
    /// - Returns: those that go on, and the ends of the others.
    public mutating func resume(
        _ alerts: [AlertContinuation], seenUnixSeconds: Double, at now: Instant
    ) -> (resumed: [AlertContinuation], changes: [AlertChange]) {
        var resumed: [AlertContinuation] = []
        var changes: [AlertChange] = []
        let places = Dictionary(grouping: rules.indices) { rules[$0].name }
        for alert in alerts where !alert.isGroup && alert.level > .none && states.count < statesMax {
            if let rule = places[alert.rule]?.first(where: { alert.isBy(rules[$0]) }),
                resume(alert, rule, seenUnixSeconds, at: now)
            {
                resumed.append(alert)
            } else if !alert.isGrouped {
                changes.append(alert.ruleRemoved(at: now))
            }
        }
        return (resumed, changes)
    }

    /// False where the rule does not watch the series.
    private mutating func resume(
        _ alert: AlertContinuation, _ rule: Int, _ seenUnixSeconds: Double, at now: Instant
    ) -> Bool {
        let slot = table.slot(
            resuming: WatchTable.Key(timing: alert.timing, labels: alert.labels), alert.unit,
            isSignal: alert.measure.isOfSignal)
        guard let place = table.slots[slot].watches.firstIndex(where: { Int($0.rule) == rule }) else {
            if !table.slots[slot].watches.contains(where: \.isActive) { table.remove(slot) }
            return false
        }
        let isLearned = alert.measure == .learned
        let ageSeconds = { (unixSeconds: Double) in max(now.unixSeconds - unixSeconds, 0) }
        states[StateKey(slot: Int32(slot), rule: Int32(rule))] = AlertState(
            resuming: alert.level, own: alert.ownLevel,
            value: isLearned ? Double(alert.level.rawValue) : (alert.value ?? .nan) * limits[rule].sign,
            since: Instant(
                monotonicSeconds: now.monotonicSeconds - ageSeconds(alert.sinceUnixSeconds),
                unixSeconds: alert.sinceUnixSeconds), at: now)
        table.slots[slot].watches[place].isActive = true
        if let evidence = alert.learned {
            learned[Int32(slot)] = LearnedLevel(
                readings: [LearnedLevel.Reading(evidence.statistic, alert.level)], evidence: evidence)
            held.hold(alert.level, slot, at: now)
        }
        if case .increase(let windowSeconds) = alert.measure {
            table.slots[slot].watches[place].increase = IncreaseHistory(
                resuming: alert.value ?? 0, windowSeconds: windowSeconds,
                seenSeconds: now.monotonicSeconds - ageSeconds(seenUnixSeconds))
        }
        return true
    }
}
