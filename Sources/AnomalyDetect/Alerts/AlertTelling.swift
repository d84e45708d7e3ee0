import Telemetry

/// Decides what of the alerts is told to others now, and what waits: for the end of a mute window, or of the quiet time
/// after the start, in which windows are not representative.
///
/// What rises waits; what falls or ends of something that was told is told at once, lest others believe what is no
/// longer so; what nobody was told of ends unheard. Has no clock.
public struct AlertTelling: Sendable {
    /// Until when an alert is muted, Unix seconds; nil when it is not.
    public typealias Mute = (AlertSnapshot.Alert, AlertRule) -> Double?

    /// What tells incidents apart.
    private struct Key: Hashable {
        let rule: String
        let timing: String
        let labels: LabelSet
        let measure: AlertMeasure
        let sinceUnixSeconds: Double

        init(_ change: AlertChange) {
            rule = change.rule
            timing = change.timing
            labels = change.labels
            measure = change.measure
            sinceUnixSeconds = change.sinceUnixSeconds
        }

        init(_ alert: AlertSnapshot.Alert, _ rule: AlertRule) {
            self.rule = rule.name
            timing = alert.timing
            labels = alert.labels
            measure = rule.measure
            sinceUnixSeconds = alert.sinceUnixSeconds
        }
    }

    private let quietSeconds: Double
    private var began: Instant?
    /// The level that others know of, for every incident that lasts.
    private var told: [Key: AlertLevel] = [:]

    /// - Parameter quietSeconds: for so long after the first evaluation nothing that begins is told.
    public init(quietSeconds: Double) { self.quietSeconds = quietSeconds }

    /// Takes what one evaluation has brought.
    ///
    /// An alert that fires and of whose beginning nothing was heard goes on from before the start: it was told then,
    /// unless it is muted now.
    ///
    /// - Parameters:
    ///   - snapshot: where all alerts stand after it. What is held back is marked there.
    /// - Returns: the changes that are to be told now.
    public mutating func take(
        _ changes: [AlertChange], _ snapshot: inout AlertSnapshot, at now: Instant, mutedUntil: Mute
    ) -> [AlertChange] {
        let began = began ?? now
        self.began = began
        var out: [AlertChange] = []
        var fresh: [Key: AlertChange] = [:]
        for change in changes {
            let key = Key(change)
            let known = told[key] ?? change.from
            told[key] = change.to == .none ? nil : min(known, change.to)
            if change.to > known {
                fresh[key] = change
            } else if change.to < known {
                var lower = change
                lower.from = known
                out.append(lower)
                fresh[key] = nil
            }
        }
        var lasting: [Key: AlertLevel] = [:]
        for place in snapshot.alerts.indices where snapshot.alerts[place].state == .firing {
            let alert = snapshot.alerts[place]
            let rule = snapshot.rules[alert.rule]
            let key = Key(alert, rule)
            let muted = mutedUntil(alert, rule)
            let known = lasting[key] ?? told[key] ?? (muted == nil ? alert.level : .none)
            lasting[key] = known
            guard alert.level > known else { continue }
            let quiet = now.hasPassed(quietSeconds, since: began) ? nil : began.unixSeconds + quietSeconds
            if let until = [muted, quiet].compactMap(\.self).max() {
                snapshot.alerts[place].mutedUntilUnixSeconds = until
                continue
            }
            lasting[key] = alert.level
            if var change = fresh[key], change.to == alert.level {
                change.from = known
                out.append(change)
            } else {
                out.append(AlertChange(alert, rule, from: known, at: now))
            }
        }
        told = lasting
        return out
    }

    /// The snapshot as others know it: without what they were not told, at the level they were told.
    public func told(_ snapshot: AlertSnapshot) -> AlertSnapshot {
        var known = snapshot
        known.alerts = snapshot.alerts.compactMap { alert in
            guard alert.state == .firing else { return alert }
            let level = told[Key(alert, snapshot.rules[alert.rule])] ?? .none
            guard level > .none else { return nil }
            var alert = alert
            alert.level = min(alert.level, level)
            alert.mutedUntilUnixSeconds = nil
            return alert
        }
        return known
    }
}

extension AlertChange {
    /// What is said late of an alert that has been at its level for some time.
    fileprivate init(_ alert: AlertSnapshot.Alert, _ rule: AlertRule, from: AlertLevel, at now: Instant) {
        self.init(
            rule: rule.name, timing: alert.timing, unit: alert.unit, labels: alert.labels, measure: rule.measure,
            direction: rule.direction, from: from, to: alert.level, value: alert.value.isNaN ? nil : alert.value,
            threshold: alert.learned == nil && alert.group == nil
                ? rule.thresholds[alert.level].map { .init(level: alert.level, value: $0) } : nil,
            learned: alert.learned, sinceUnixSeconds: alert.sinceUnixSeconds, atUnixSeconds: now.unixSeconds,
            reason: .exceeded)
        group = alert.group
        lastSeenUnixSeconds = alert.lastSeenUnixSeconds
    }
}
