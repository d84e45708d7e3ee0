import Telemetry

// MARK: - Alerts that outlive the process

extension AbsenceWatch {
    /// Everything that fires, for ``resume(_:seenUnixSeconds:at:)`` in the next process. The value is for how long there
    /// was nothing, seconds; nil where there never was anything.
    public func continuations() -> [AlertContinuation] {
        guard let now = evaluatedAt else { return [] }
        func continuation(_ key: AlertGroup.Member, _ watch: Watch, silentSince: Instant?) -> AlertContinuation? {
            guard case .firing(let since) = watch.state else { return nil }
            let rule = rules[watch.rule]
            return AlertContinuation(
                rule: rule.name, measure: rule.measure, direction: rule.direction, pattern: rule.pattern,
                timing: key.timing, unit: .seconds, labels: key.labels, level: rule.absenceLevel,
                ownLevel: rule.absenceLevel, sinceUnixSeconds: since.unixSeconds,
                value: silentSince.map { now.monotonicSeconds - $0.monotonicSeconds })
        }
        return series.flatMap { one in
            one.watches.compactMap { continuation(one.key, $0, silentSince: one.lastSeen) }
        } + expected.compactMap { continuation($0.key, $0.watch, silentSince: nil) }
    }

    /// Goes on, before the first evaluation, with alerts that fired in an earlier process. An alert whose rule is gone, or
    /// another, ends.
    ///
    /// - Parameter seenUnixSeconds: when they were last seen to fire.
    /// - Returns: the ends.
    public mutating func resume(
        _ alerts: [AlertContinuation], seenUnixSeconds: Double, at now: Instant
    ) -> [AlertChange] {
        var ended: [AlertContinuation] = []
        var unseen: [(alert: AlertContinuation, rule: Int)] = []
        for alert in alerts where alert.measure.isAbsence {
            guard let rule = rules.firstIndex(where: { alert.isBy($0) }) else {
                ended.append(alert)
                continue
            }
            if let silentSeconds = alert.value {
                let seen = now.moment(unixSeconds: seenUnixSeconds - silentSeconds)
                if !resume(alert, rule, silentSince: seen, lastSeen: seen, at: now) { ended.append(alert) }
            } else {
                unseen.append((alert, rule))
            }
        }
        if evaluatedAt == nil { expect(at: now) }
        evaluatedAt = now
        for (alert, rule) in unseen where !resumeUnseen(alert, rule, at: now) { ended.append(alert) }
        return ended.map { $0.ruleRemoved(at: now) }
    }

    /// What was never seen: by the rule's own name for it, or a series that the state database alone knew.
    private mutating func resumeUnseen(_ alert: AlertContinuation, _ rule: Int, at now: Instant) -> Bool {
        let silentSince = now.moment(unixSeconds: alert.sinceUnixSeconds - rules[rule].absenceSeconds)
        let key = AlertGroup.Member(timing: alert.timing, labels: alert.labels)
        guard let place = expected.firstIndex(where: { $0.watch.rule == rule && $0.key == key }) else {
            return resume(alert, rule, silentSince: silentSince, lastSeen: nil, at: now)
        }
        guard hasRoom() else { return false }
        expected[place] = Expected(
            key: key, since: silentSince,
            watch: Watch(rule: rule, state: .firing(since: now.moment(unixSeconds: alert.sinceUnixSeconds))))
        return true
    }

    private mutating func resume(
        _ alert: AlertContinuation, _ rule: Int, silentSince: Instant, lastSeen: Instant?, at now: Instant
    ) -> Bool {
        let key = AlertGroup.Member(timing: alert.timing, labels: alert.labels)
        guard let place = places[key] ?? add(key, seenAt: silentSince),
            let watch = series[place].watches.firstIndex(where: { $0.rule == rule }), hasRoom()
        else { return false }
        series[place].silentSince = silentSince
        series[place].lastSeen = lastSeen
        series[place].watches[watch].state = .firing(since: now.moment(unixSeconds: alert.sinceUnixSeconds))
        return true
    }
}

extension Instant {
    /// A moment of the past by the wall clock; one that seems to be ahead is now.
    fileprivate func moment(unixSeconds: Double) -> Instant {
        Instant(
            monotonicSeconds: monotonicSeconds - max(self.unixSeconds - unixSeconds, 0), unixSeconds: unixSeconds)
    }
}
