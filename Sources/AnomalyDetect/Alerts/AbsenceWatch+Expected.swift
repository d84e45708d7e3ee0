import Telemetry

// MARK: - Timings that were never seen

extension AbsenceWatch {
    /// Waits for the timing of every rule that names one and watches no series that is known.
    mutating func expect(at now: Instant) {
        let known = Set(series.flatMap { $0.watches.map(\.rule) })
        for (place, rule) in rules.enumerated() where rule.measure.absenceSeconds != nil && !known.contains(place) {
            guard let timing = rule.timing.literal else { continue }
            let labels = rule.labels.compactMap { name, glob in glob.literal.map { Label(name, $0) } }
            let key = AlertGroup.Member(timing: timing, labels: LabelSet(labels.filter { !$0.value.isEmpty }))
            expected.append(Expected(key: key, since: now, watch: Watch(rule: place)))
        }
    }

    /// What was never seen has been seen now.
    mutating func meetExpectations(_ rules: [Int], at now: Instant, _ changes: inout [AlertChange]) {
        guard !expected.isEmpty else { return }
        for one in expected where rules.contains(one.watch.rule) {
            guard case .firing(let since) = one.watch.state else { continue }
            firingCount -= 1
            let silent = now.monotonicSeconds - one.since.monotonicSeconds
            changes.append(change(one.key, self.rules[one.watch.rule], since, seen: nil, silent: silent, .recovered))
        }
        expected.removeAll { rules.contains($0.watch.rule) }
    }

    /// Lasts until it is seen: there are no more of these than rules.
    mutating func evaluateExpected(_ place: Int, at now: Instant, _ changes: inout [AlertChange]) {
        let one = expected[place]
        guard case .waiting = one.watch.state else { return }
        let rule = rules[one.watch.rule]
        guard now.hasPassed(rule.absenceSeconds, since: one.since), hasRoom() else { return }
        expected[place].watch.state = .firing(since: now)
        let silent = now.monotonicSeconds - one.since.monotonicSeconds
        changes.append(change(one.key, rule, now, seen: nil, silent: silent, .exceeded))
    }
}
