import Telemetry

// MARK: - Groups that outlive the process

extension AlertGrouping {
    /// Of what fires, which alerts the group speaks for, and the group itself.
    public func mark(_ alerts: [AlertContinuation]) -> [AlertContinuation] {
        guard let told else { return alerts }
        var marked = alerts
        for place in marked.indices where marked[place].measure == .learned {
            let alert = marked[place]
            marked[place].isGrouped = members[AlertGroup.Member(timing: alert.timing, labels: alert.labels)] != nil
        }
        guard var group = marked.first(where: \.isGrouped) else { return marked }
        (group.timing, group.unit, group.labels, group.isGrouped) = (told.timing, told.unit, told.labels, false)
        (group.level, group.ownLevel) = (told.to, told.to)
        (group.sinceUnixSeconds, group.value, group.learned) = (told.sinceUnixSeconds, told.value, told.learned)
        // Where there is no room for all, the series go on singly.
        return [group] + marked
    }

    /// Goes on with the group among `alerts`, for those of its series that the engine goes on with.
    public mutating func resume(_ alerts: [AlertContinuation], series: [AlertContinuation], at now: Instant) {
        guard let group = alerts.first(where: \.isGroup) else { return }
        for one in series where one.isGrouped {
            members[AlertGroup.Member(timing: one.timing, labels: one.labels)] = Firing(
                change: one.change(from: .none, to: one.level, .exceeded, at: now), began: now, isTold: false)
        }
        guard !members.isEmpty else { return }
        var resumed = change(from: .none, .exceeded, at: now)
        resumed.to = group.level
        resumed.sinceUnixSeconds = group.sinceUnixSeconds
        told = resumed
    }
}
