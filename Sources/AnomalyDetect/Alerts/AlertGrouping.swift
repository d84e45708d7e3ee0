import Telemetry

/// Makes one alert of many: when more than a few series become abnormal within a minute, what happened has happened to
/// all of them, and one message says so.
///
/// The group begins with those that began in the last minute; what was told of them singly ends in the same message.
/// While it lasts, every series that becomes abnormal joins it. When few are left it ends, and those few go on singly.
/// Only alerts of learned levels are grouped: a threshold is somebody's own decision about one series.
public struct AlertGrouping: Sendable {
    /// More beginnings within `withinSeconds` make a group.
    public static let beginningsMax = 10
    public static let withinSeconds = 60.0
    /// A group with no more series than this ends.
    public static let remainingMax = 2

    /// A learned alert that fires.
    struct Firing {
        /// What was last said of it.
        var change: AlertChange
        let began: Instant
        /// Whether it was told by itself.
        var isTold: Bool
    }

    /// Learned alerts outside of the group that began within the last minute.
    private var recent: [AlertGroup.Member: Firing] = [:]
    var members: [AlertGroup.Member: Firing] = [:]
    /// What was last told of the group; nil while there is none.
    var told: AlertChange?

    public init() {}

    /// Takes the changes of one evaluation, and gives those that are to be told.
    public mutating func apply(_ changes: [AlertChange], at now: Instant) -> [AlertChange] {
        recent = recent.filter { !now.hasPassed(Self.withinSeconds, since: $0.value.began) }
        for member in recent.keys { recent[member]?.isTold = true }
        var single: [AlertChange] = []
        for change in changes where !take(change, at: now) { single.append(change) }
        if told == nil, recent.count > Self.beginningsMax { return form(single, at: now) }
        return single + update(at: now)
    }

    /// The snapshot with the group in the place of its series.
    public func apply(_ snapshot: AlertSnapshot) -> AlertSnapshot {
        guard let told, let rule = snapshot.rules.firstIndex(where: { $0.measure == .learned }) else { return snapshot }
        var grouped = snapshot
        grouped.alerts.removeAll { alert in
            alert.rule == rule && members[AlertGroup.Member(timing: alert.timing, labels: alert.labels)] != nil
        }
        grouped.alerts.append(
            AlertSnapshot.Alert(
                rule: rule, timing: told.timing, unit: told.unit, labels: told.labels, state: .firing, level: told.to,
                value: told.value ?? .nan, learned: told.learned, group: group,
                sinceUnixSeconds: told.sinceUnixSeconds))
        return grouped
    }

    // MARK: Series

    /// Whether the change is the group's business alone.
    private mutating func take(_ change: AlertChange, at now: Instant) -> Bool {
        guard change.measure == .learned else { return false }
        let member = AlertGroup.Member(timing: change.timing, labels: change.labels)
        if members[member] != nil {
            if change.to == .none { members[member] = nil } else { members[member]?.change = change }
            return true
        }
        if change.to == .none {
            recent[member] = nil
        } else if change.from == .none {
            let firing = Firing(change: change, began: now, isTold: false)
            if told != nil {
                members[member] = firing
                return true
            }
            recent[member] = firing
        } else {
            recent[member]?.change = change
        }
        return false
    }

    /// The worst first.
    private var ordered: [(member: AlertGroup.Member, firing: Firing)] {
        members.sorted { one, other in
            let (first, second) = (one.value.change, other.value.change)
            if first.to != second.to { return first.to > second.to }
            let scores = (first.learned?.score ?? 0, second.learned?.score ?? 0)
            if scores.0 != scores.1 { return scores.0 > scores.1 }
            return first.timing < second.timing
        }.map { ($0.key, $0.value) }
    }

    private var group: AlertGroup {
        AlertGroup(count: members.count, examples: ordered.prefix(AlertGroup.examplesMax).map(\.member))
    }

    // MARK: The group

    private mutating func form(_ single: [AlertChange], at now: Instant) -> [AlertChange] {
        (members, recent) = (recent, [:])
        var changes = single.filter { change in
            change.measure != .learned
                || members[AlertGroup.Member(timing: change.timing, labels: change.labels)] == nil
        }
        for (_, firing) in ordered where firing.isTold {
            var end = firing.change
            (end.from, end.to, end.reason) = (firing.change.to, .none, .grouped)
            end.atUnixSeconds = now.unixSeconds
            changes.append(end)
        }
        changes.append(change(from: .none, .exceeded, at: now))
        told = changes.last
        return changes
    }

    private mutating func update(at now: Instant) -> [AlertChange] {
        guard let before = told else { return [] }
        guard members.count > Self.remainingMax else { return dissolve(before, at: now) }
        let level = members.values.lazy.map(\.change.to).max() ?? .none
        guard level != before.to else { return [] }
        let change = change(from: before.to, level > before.to ? .exceeded : .eased, at: now)
        told = change
        return [change]
    }

    private mutating func dissolve(_ before: AlertChange, at now: Instant) -> [AlertChange] {
        var end = before
        (end.from, end.to, end.reason) = (before.to, .none, .recovered)
        end.group = group
        end.atUnixSeconds = now.unixSeconds
        let rest = ordered.map { _, firing in
            var change = firing.change
            (change.from, change.reason) = (.none, .exceeded)
            change.atUnixSeconds = now.unixSeconds
            return change
        }
        told = nil
        members = [:]
        return [end] + rest
    }

    /// What is to be told of the group as it is now: its worst series speaks for it.
    func change(from: AlertLevel, _ reason: AlertChange.Reason, at now: Instant) -> AlertChange {
        guard let worst = ordered.first?.firing.change else { preconditionFailure("a group without series") }
        var change = worst
        change.timing = AlertGroup.timing
        change.labels = [:]
        change.from = from
        change.to = members.values.lazy.map(\.change.to).max() ?? worst.to
        change.group = group
        change.sinceUnixSeconds = told?.sinceUnixSeconds ?? now.unixSeconds
        change.overSinceUnixSeconds = nil
        change.atUnixSeconds = now.unixSeconds
        change.reason = reason
        return change
    }
}
