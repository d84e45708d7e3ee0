/// Where one rule stands with one series while anything is up: pending (`level` none) or firing.
struct AlertState: Sendable {
    /// The level that fires; none while the alert is pending.
    private(set) var level = AlertLevel.none
    /// The level by the thresholds alone.
    private(set) var ownLevel = AlertLevel.none
    /// When the incident began: the first evaluation over any threshold.
    private(set) var since: Instant
    /// For each level since when the value has been over its threshold without a break; nil when it is not.
    private(set) var overSince = PerLevel<Instant?>(repeating: nil)
    /// The last value.
    private(set) var value = Double.nan
    /// Since when there has been no statement about the value; nil while there is one.
    private(set) var quietSince: Instant?

    init(since: Instant) { self.since = since }

    /// What fired before the process began, at `now`: nothing has been said of it since.
    ///
    /// - Parameter value: as in the rule's limits; not a number where it is not known.
    init(resuming level: AlertLevel, own ownLevel: AlertLevel, value: Double, since: Instant, at now: Instant) {
        (self.level, self.ownLevel, self.value, self.since) = (level, ownLevel, value, since)
        quietSince = now
    }

    /// The highest level whose threshold the value is over, as long as `holdForSeconds` or not.
    var levelOver: AlertLevel { AlertLevel.raised.last { overSince[$0] != nil } ?? .none }

    /// Whether nothing is up any more.
    var isOver: Bool { level == .none && levelOver == .none }

    /// Takes the next value, which is a number.
    ///
    /// - Parameter raised: the level that the same incident has by another way; an alert that fires takes it over.
    mutating func observe(
        _ value: Double, _ limits: AlertLimits, raisedTo raised: AlertLevel = .none, at now: Instant
    ) {
        self.value = value
        quietSince = nil
        for level in AlertLevel.raised {
            overSince[level] = value > limits.thresholds[level] ? overSince[level] ?? now : nil
        }
        let reached = AlertLevel.raised.last {
            guard $0 > ownLevel, let since = overSince[$0] else { return false }
            return now.hasPassed(limits.holdForSeconds, since: since)
        }
        ownLevel = reached ?? AlertLevel.raised.last { $0 <= ownLevel && value > limits.recoveries[$0] } ?? .none
        level = ownLevel > .none ? max(ownLevel, raised) : .none
    }

    /// Takes note that there is no statement; `isQuiet`: because there are no observations at all.
    mutating func observeNothing(isQuiet: Bool, at now: Instant) {
        quietSince = quietSince ?? now
        guard isQuiet else { return }
        // What had not yet lasted long enough has to begin anew; the level that fires stays.
        for pending in AlertLevel.raised where pending > ownLevel { overSince[pending] = nil }
    }
}
