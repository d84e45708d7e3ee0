/// What waits to be written. While the disk does not work it holds what came last, within limits.
struct StateBacklog: Sendable {
    private var minutes: [StateBatch.Minute] = []
    private var summaryCount = 0
    private var baselines: [StateBatch.BaselineKey: StoredBaseline] = [:]
    private var baselineBytes = 0
    private var alerts: [String: StoredAlert] = [:]
    private var firing: StoredFiring?
    private(set) var dropped: [StateDrop: UInt64] = [:]

    var isEmpty: Bool { minutes.isEmpty && baselines.isEmpty && alerts.isEmpty && firing == nil }

    /// Where it gets too long the oldest minutes go.
    mutating func add(_ minute: StateBatch.Minute) {
        minutes.append(minute)
        summaryCount += minute.summaries.count
        trimMinutes()
    }

    /// Takes the place of an earlier state of the same baseline. Where there is no room it is dropped: the database then
    /// keeps an older one, and the minutes since.
    mutating func add(_ baseline: StoredBaseline, of series: StateSeries) {
        let key = StateBatch.BaselineKey(series: series, statistic: baseline.statistic)
        let before = baselines[key]?.state.count ?? 0
        guard baseline.state.count <= StateLimits.baselineBytesMax,
            baselineBytes - before + baseline.state.count <= StateLimits.waitingBaselineBytesMax
        else { return drop(.baseline) }
        baselineBytes += baseline.state.count - before
        baselines[key] = baseline
    }

    /// Takes the place of an earlier state of the same alert.
    mutating func add(_ alert: StoredAlert) {
        guard alerts[alert.id] != nil || alerts.count < StateLimits.waitingAlertsMax else { return drop(.alert) }
        alerts[alert.id] = alert
    }

    /// Takes the place of what fired before.
    mutating func add(_ firing: StoredFiring) { self.firing = firing }

    /// Takes out what the next transaction is to write: of minutes and alerts all, of baselines a part.
    mutating func take() -> StateBatch {
        var batch = StateBatch(minutes: minutes, alerts: alerts, firing: firing)
        minutes = []
        summaryCount = 0
        alerts = [:]
        firing = nil
        var bytes = 0
        while bytes < StateLimits.transactionBytesMax, let (key, baseline) = baselines.popFirst() {
            batch.baselines[key] = baseline
            bytes += baseline.state.count
        }
        baselineBytes -= bytes
        return batch
    }

    /// Takes back what could not be written; what came meanwhile is later, and counts.
    mutating func takeBack(_ batch: StateBatch) {
        minutes = batch.minutes + minutes
        summaryCount += batch.minutes.reduce(0) { $0 + $1.summaries.count }
        trimMinutes()
        for (key, baseline) in batch.baselines where baselines[key] == nil { add(baseline, of: key.series) }
        for (id, alert) in batch.alerts where alerts[id] == nil { add(alert) }
        firing = firing ?? batch.firing
    }

    /// Something was lost.
    mutating func drop(_ what: StateDrop, count: Int = 1) { dropped[what, default: 0] += UInt64(count) }

    private mutating func trimMinutes() {
        // The newest stays in any case.
        while minutes.count > 1,
            minutes.count > StateLimits.waitingMinutesMax || summaryCount > StateLimits.waitingSummariesMax
        {
            let oldest = minutes.removeFirst().summaries.count
            summaryCount -= oldest
            drop(.summary, count: oldest)
        }
    }
}
