import Telemetry

extension AlertEngine {
    /// Everything that is pending or fires, in the order in which the series were first seen.
    public func snapshot() -> AlertSnapshot {
        var alerts: [AlertSnapshot.Alert] = []
        alerts.reserveCapacity(states.count)
        for (slot, series) in table.slots.enumerated() {
            for watch in series.watches where watch.isActive {
                guard let state = states[StateKey(slot: Int32(slot), rule: watch.rule)] else { continue }
                let isFiring = state.level > .none
                let rule = Int(watch.rule)
                let evidence =
                    rule == learnedRule || state.level > state.ownLevel ? learned[Int32(slot)]?.evidence : nil
                alerts.append(
                    AlertSnapshot.Alert(
                        rule: rule, timing: series.timing, unit: series.unit, labels: series.labels,
                        state: isFiring ? .firing : .pending, level: isFiring ? state.level : state.levelOver,
                        value: rule == learnedRule
                            ? evidence?.value ?? .nan : state.value * limits[rule].sign,
                        learned: evidence, sinceUnixSeconds: state.since.unixSeconds,
                        quietSinceUnixSeconds: state.quietSince?.unixSeconds))
            }
        }
        return AlertSnapshot(evaluatedAt: evaluatedAt, rules: rules, alerts: alerts)
    }

    /// The level of every statistic of every live series that a rule watches, none where all is well. A series that
    /// is gone stays while an alert on it fires, and for one evaluation more.
    public func levels() -> [AlertLevelReading] {
        var readings: [AlertLevelReading] = []
        readings.reserveCapacity(table.slots.count)
        for (slot, series) in table.slots.enumerated() where series.isInUse && !series.isSignal {
            var watched = StatisticLevels()
            for watch in series.watches {
                if Int(watch.rule) == learnedRule {
                    for reading in learned[Int32(slot)]?.readings ?? [] {
                        watched.raise(reading.statistic, to: reading.level)
                    }
                    continue
                }
                let key = StateKey(slot: Int32(slot), rule: watch.rule)
                let level = watch.isActive ? states[key]?.level ?? .none : .none
                guard let statistic = limits[Int(watch.rule)].measure.statistic else { continue }
                watched.raise(statistic, to: level)
            }
            for statistic in Statistic.allCases {
                guard let level = watched[statistic] else { continue }
                readings.append(
                    AlertLevelReading(
                        timing: series.timing, unit: series.unit, labels: series.labels, statistic: statistic,
                        level: level))
            }
        }
        return readings
    }
}

/// The highest level of each statistic of one series.
private struct StatisticLevels {
    /// For each statistic two bits of level, and one above that says that the statistic is watched.
    private var bits = 0

    mutating func raise(_ statistic: Statistic, to level: AlertLevel) {
        let place = Self.place(statistic)
        let raised = max((bits >> place) & 0b111, 0b100 | level.rawValue)
        bits = bits & ~(0b111 << place) | raised << place
    }

    /// Nil where no rule watches the statistic.
    subscript(statistic: Statistic) -> AlertLevel? {
        let present = (bits >> Self.place(statistic)) & 0b111
        return present == 0 ? nil : AlertLevel(rawValue: present & 0b011)
    }

    private static func place(_ statistic: Statistic) -> Int {
        switch statistic {
        case .p50: 0
        case .p95: 3
        case .p99: 6
        case .mean: 9
        case .stddev: 12
        case .rate: 15
        }
    }
}
