public import Telemetry

/// Decides which timings have been silent for too long, beside ``AlertEngine``: a service that hangs sends no timings,
/// and none of its statistics is over any threshold.
///
/// A series is followed from its first observation on, by its own table: an alert outlives the expiry of the series
/// where timings are taken in. It ends when timings come again, and as `noData` when none have come for
/// `lastingSecondsMax`; then the series is forgotten. Has no clock.
public struct AbsenceWatch: Sendable {
    /// The most series that are followed.
    public static let seriesDefaultMax = 20_000
    /// The most alerts that fire at once.
    public static let firingDefaultMax = 1_000
    /// How long an alert on a series lasts at the most, seconds: what has not come for a day is not expected any more.
    public static let lastingSecondsMax = 86_400.0

    enum State: Sendable {
        case waiting
        case firing(since: Instant)
        case over
    }

    struct Watch: Sendable {
        /// The place among the rules.
        let rule: Int
        var state = State.waiting
    }

    struct Series: Sendable {
        let key: AlertGroup.Member
        /// Nil for what was not seen since the start.
        var lastSeen: Instant?
        /// From when the silence is measured: the last observation, or the start of the daemon for what was seen before.
        var silentSince: Instant
        var watches: [Watch]
    }

    /// A rule that names one timing, as long as none has been seen.
    struct Expected: Sendable {
        let key: AlertGroup.Member
        let since: Instant
        var watch: Watch
    }

    var rules: [AlertRule]
    private var matcher: RuleMatcher
    private let seriesMax: Int
    private let firingMax: Int
    var series: [Series] = []
    var places: [AlertGroup.Member: Int] = [:]
    var expected: [Expected] = []
    var firingCount = 0
    var evaluatedAt: Instant?
    /// How often a silence was left alone, or a series not followed, for want of room.
    public private(set) var notEvaluatedTotal: UInt64 = 0

    /// - Parameter rules: all rules, in the order of the engine's; those on other things are left alone.
    public init(
        rules: [AlertRule], seriesMax: Int = AbsenceWatch.seriesDefaultMax,
        firingMax: Int = AbsenceWatch.firingDefaultMax
    ) {
        self.rules = rules
        self.seriesMax = seriesMax
        self.firingMax = firingMax
        matcher = RuleMatcher(rules)
    }

    private var isIdle: Bool { !rules.contains { $0.measure.absenceSeconds != nil } }

    /// Follows a series that was seen before this process began. Its silence is measured from `now` on: nobody knows
    /// what came while there was no daemon.
    public mutating func remember(_ timing: String, _ labels: LabelSet, at now: Instant) {
        let key = AlertGroup.Member(timing: timing, labels: labels)
        guard places[key] == nil, let place = add(key, seenAt: now) else { return }
        series[place].lastSeen = nil
    }

    /// Takes the trailing-minute summaries of all live timings, once a window.
    public mutating func evaluate(_ summaries: [TimingSummary], at now: Instant) -> [AlertChange] {
        if isIdle { return [] }
        if evaluatedAt == nil { expect(at: now) }
        evaluatedAt = now
        var changes: [AlertChange] = []
        for summary in summaries {
            guard let idleSeconds = summary.summary.idleSeconds else { continue }
            see(
                AlertGroup.Member(timing: summary.timing, labels: summary.labels), now.earlier(by: idleSeconds),
                &changes)
        }
        for place in series.indices { evaluate(place, at: now, &changes) }
        for place in expected.indices { evaluateExpected(place, at: now, &changes) }
        forget()
        return changes
    }

    /// Takes new rules. What fires by an unchanged rule goes on; what fires by another ends.
    public mutating func replace(rules newRules: [AlertRule]) -> [AlertChange] {
        var changes: [AlertChange] = []
        let old = (rules: rules, series: series, expected: expected)
        rules = newRules
        matcher = RuleMatcher(newRules)
        firingCount = 0
        var kept: [Series] = []
        for var one in old.series {
            let watches = matcher.rules(watchingAbsenceOf: one.key.timing, one.key.labels).map { Watch(rule: $0) }
            let before = one.watches
            let carried = carry(before, of: old.rules, to: watches)
            one.watches = carried.watches
            for (rule, since) in carried.ended {
                changes.append(change(one.key, rule, since, seen: one.lastSeen, silent: nil, .ruleRemoved))
            }
            if !one.watches.isEmpty { kept.append(one) }
        }
        setSeries(kept)
        expected = []
        guard let now = evaluatedAt else { return changes }
        expect(at: now)
        for one in old.expected {
            let same = expected.firstIndex { rules[$0.watch.rule] == old.rules[one.watch.rule] }
            if let same {
                expected[same] = Expected(
                    key: one.key, since: one.since,
                    watch: Watch(rule: expected[same].watch.rule, state: one.watch.state))
                if case .firing = one.watch.state { firingCount += 1 }
            } else if case .firing(let since) = one.watch.state {
                changes.append(change(one.key, old.rules[one.watch.rule], since, seen: nil, silent: nil, .ruleRemoved))
            }
        }
        return changes
    }

    /// What fires, for the snapshot of all alerts.
    public var alerts: [AlertSnapshot.Alert] {
        guard let now = evaluatedAt else { return [] }
        var alerts: [AlertSnapshot.Alert] = []
        func add(_ key: AlertGroup.Member, _ watch: Watch, _ silentSince: Instant, _ lastSeen: Instant?) {
            guard case .firing(let since) = watch.state else { return }
            var alert = AlertSnapshot.Alert(
                rule: watch.rule, timing: key.timing, unit: .seconds, labels: key.labels, state: .firing,
                level: rules[watch.rule].absenceLevel, value: now.monotonicSeconds - silentSince.monotonicSeconds,
                sinceUnixSeconds: since.unixSeconds)
            alert.lastSeenUnixSeconds = lastSeen?.unixSeconds
            alerts.append(alert)
        }
        for one in series { for watch in one.watches { add(one.key, watch, one.silentSince, one.lastSeen) } }
        for one in expected { add(one.key, one.watch, one.since, nil) }
        return alerts
    }
}

// MARK: - Series

extension AbsenceWatch {
    /// An observation of a series.
    mutating func see(_ key: AlertGroup.Member, _ moment: Instant, _ changes: inout [AlertChange]) {
        guard let place = places[key] else {
            guard let place = add(key, seenAt: moment) else { return }
            meetExpectations(series[place].watches.map(\.rule), at: moment, &changes)
            return
        }
        let silentSince = series[place].silentSince
        guard moment.monotonicSeconds > silentSince.monotonicSeconds else { return }
        let lastSeen = series[place].lastSeen
        series[place].lastSeen = moment
        series[place].silentSince = moment
        for watch in series[place].watches.indices {
            guard case .firing(let since) = series[place].watches[watch].state else { continue }
            series[place].watches[watch].state = .waiting
            firingCount -= 1
            let silent = moment.monotonicSeconds - silentSince.monotonicSeconds
            changes.append(
                change(
                    key, rules[series[place].watches[watch].rule], since, seen: lastSeen, silent: silent, .recovered))
        }
        meetExpectations(series[place].watches.map(\.rule), at: moment, &changes)
    }

    /// Nil where no rule watches the series, or there is no room.
    mutating func add(_ key: AlertGroup.Member, seenAt moment: Instant) -> Int? {
        let watching = matcher.rules(watchingAbsenceOf: key.timing, key.labels)
        guard !watching.isEmpty else { return nil }
        guard series.count < seriesMax else {
            notEvaluatedTotal += 1
            return nil
        }
        series.append(
            Series(key: key, lastSeen: moment, silentSince: moment, watches: watching.map { Watch(rule: $0) }))
        places[key] = series.count - 1
        return series.count - 1
    }

    mutating func evaluate(_ place: Int, at now: Instant, _ changes: inout [AlertChange]) {
        let one = series[place]
        for (watch, state) in one.watches.enumerated() {
            let rule = rules[state.rule]
            switch state.state {
            case .waiting:
                guard now.hasPassed(rule.absenceSeconds, since: one.silentSince), hasRoom() else { continue }
                series[place].watches[watch].state = .firing(since: now)
                let silent = now.monotonicSeconds - one.silentSince.monotonicSeconds
                changes.append(change(one.key, rule, now, seen: one.lastSeen, silent: silent, .exceeded))
            case .firing(let since):
                guard now.hasPassed(Self.lastingSecondsMax, since: since) else { continue }
                series[place].watches[watch].state = .over
                firingCount -= 1
                changes.append(change(one.key, rule, since, seen: one.lastSeen, silent: nil, .noData))
            case .over: break
            }
        }
    }

    /// Forgets the series that no rule waits for any more.
    mutating func forget() {
        let kept = series.filter { one in
            one.watches.contains { if case .over = $0.state { false } else { true } }
        }
        if kept.count != series.count { setSeries(kept) }
    }

    mutating func setSeries(_ kept: [Series]) {
        series = kept
        places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element.key, $0.offset) })
    }

    mutating func hasRoom() -> Bool {
        guard firingCount < firingMax else {
            notEvaluatedTotal += 1
            return false
        }
        firingCount += 1
        return true
    }

    /// The watches with the states of those of the same rule among `before`, and what fires by no rule any more.
    mutating func carry(
        _ before: [Watch], of oldRules: [AlertRule], to watches: [Watch]
    ) -> (watches: [Watch], ended: [(rule: AlertRule, since: Instant)]) {
        var watches = watches
        var ended: [(rule: AlertRule, since: Instant)] = []
        for watch in before {
            if let place = watches.firstIndex(where: { rules[$0.rule] == oldRules[watch.rule] }) {
                watches[place].state = watch.state
                if case .firing = watch.state { firingCount += 1 }
            } else if case .firing(let since) = watch.state {
                ended.append((oldRules[watch.rule], since))
            }
        }
        return (watches, ended)
    }
}
