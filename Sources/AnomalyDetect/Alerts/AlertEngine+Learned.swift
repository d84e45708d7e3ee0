import Telemetry

// MARK: - Learned levels

extension AlertEngine {
    /// The learned level that an alert of `rule` takes over: they are one incident where they have one name.
    func levelTakenOver(_ slot: Int, _ rule: Int) -> AlertLevel {
        guard let learnedRule, rule != learnedRule, limits[rule].measure.statistic != nil,
            rules[rule].name == rules[learnedRule].name
        else { return .none }
        return max(learned[Int32(slot)]?.level ?? .none, held[slot])
    }

    /// Whether an alert of a rule with thresholds fires that takes learned levels over.
    func isTakenOver(_ slot: Int) -> Bool {
        guard let learnedRule else { return false }
        return table.slots[slot].watches.contains { watch in
            watch.isActive && Int(watch.rule) != learnedRule && rules[Int(watch.rule)].name == rules[learnedRule].name
                && (states[StateKey(slot: Int32(slot), rule: watch.rule)]?.level ?? .none) > .none
        }
    }

    /// The place of the learned rule among the watches of a series, for what happens after all others.
    func learnedPlace(_ slot: Int) -> Int? {
        guard let learnedRule else { return nil }
        return table.slots[slot].watches.lastIndex { Int($0.rule) == learnedRule }
    }
}

extension AlertObservation {
    /// What was learned says of a series; without a judgement the number of observations tells whether it is quiet.
    init(_ learned: LearnedLevel?, _ summary: WindowSummary) {
        if let learned {
            self = .value(Double(learned.level.rawValue))
        } else {
            self = summary.count == 0 ? .quiet : .nothing
        }
    }
}
