internal import AnomalyDetect
internal import Platform
internal import Telemetry

/// The mutes of the configuration, ready to be asked.
struct MuteList: Sendable {
    fileprivate struct Mute: Sendable {
        var timing: Glob?
        var name: Glob?
        var labels: [String: Glob]
        var levels: [AlertLevel]
        var schedule: MuteSchedule
    }

    private let mutes: [Mute]

    /// The decoder has checked the patterns; a mute with one that is none after all mutes nothing.
    init(_ configuration: [MuteConfiguration], zone: LocalZone) {
        mutes = configuration.compactMap { mute in
            let labels = mute.labels.compactMapValues { try? Glob($0) }
            let timing = mute.timing.flatMap { try? Glob($0) }
            let name = mute.name.flatMap { try? Glob($0) }
            guard labels.count == mute.labels.count, (timing == nil) == (mute.timing == nil),
                (name == nil) == (mute.name == nil)
            else { return nil }
            return Mute(
                timing: timing, name: name, labels: labels, levels: mute.levels,
                schedule: MuteSchedule(window: mute.window, zone: zone))
        }
    }

    /// The mutes that hold at a moment, and when each ends.
    func holding(at unixSeconds: Double) -> Holding {
        Holding(
            mutes: mutes.compactMap { mute in
                mute.schedule.end(at: unixSeconds).map { (mute: mute, end: $0) }
            })
    }

    /// Some of them.
    struct Holding {
        fileprivate let mutes: [(mute: Mute, end: Double)]

        /// The end of the last that mutes the alert; nil when none does. An alert on many timings is muted where the worst
        /// of them all are.
        func end(_ alert: AlertSnapshot.Alert, _ rule: AlertRule) -> Double? {
            let subjects =
                alert.group.map { $0.examples.map { ($0.timing, $0.labels) } } ?? [(alert.timing, alert.labels)]
            return mutes.filter { entry in
                let mute = entry.mute
                return (mute.levels.isEmpty || mute.levels.contains(alert.level))
                    && mute.name?.matches(rule.name) ?? true
                    && subjects.allSatisfy { timing, labels in
                        mute.timing?.matches(timing) ?? true
                            && mute.labels.allSatisfy { $1.matches(labels[$0] ?? "") }
                    }
            }.map(\.end).max()
        }
    }
}
