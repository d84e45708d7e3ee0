internal import AnomalyDetect

extension TimingWatch {
    /// Everything that fires, for the next process.
    var continuations: [AlertContinuation] {
        grouping.mark(engine.continuations()) + absence.continuations()
    }

    /// Goes on with alerts that fired in an earlier process.
    ///
    /// - Returns: the ends of those whose rule is gone.
    mutating func resume(_ firing: StoredFiring, at now: Instant) -> [AlertChange] {
        let onValues = firing.alerts.filter { !$0.measure.isAbsence }
        let found = engine.resume(onValues, seenUnixSeconds: firing.seenSeconds, at: now)
        grouping.resume(firing.alerts, series: found.resumed, at: now)
        lastEnd = now
        return found.changes + absence.resume(firing.alerts, seenUnixSeconds: firing.seenSeconds, at: now)
    }
}
