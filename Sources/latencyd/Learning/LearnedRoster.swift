internal import Telemetry

/// What tells one timing's series from all others.
struct TimingKey: Hashable, Sendable {
    var timing: String
    var labels: LabelSet
}

/// Chooses the series that are learned: those with the most traffic, and no longer others than it must. What was learned of
/// a series in weeks is worth more than the place of one that is busy for an hour.
///
/// It has no clock; minutes count from 1970.
struct LearnedRoster: Sendable {
    /// A learned series that had no observation for so long leaves its place to any other.
    static let silentMinutes: Int64 = 24 * 60
    /// One that is silent for so long is forgotten, wanted or not.
    static let forgottenMinutes: Int64 = 35 * 24 * 60
    /// Before another takes its place, a series is learned for so long, and the other has been seen for as long.
    static let settledMinutes: Int64 = 60
    /// The other must have so many times the traffic.
    static let displacingRatio = 2.0
    /// Series that take the place of another, a minute.
    static let displacedPerMinute = 10
    /// Series beside the learned ones of which the traffic is followed.
    static let candidatesMax = 50_000

    /// Over the last hour, or as long as the series is known.
    struct Traffic: Sendable {
        var perMinute = 0.0
        var firstMinute: Int64
        var lastMinute: Int64

        /// Takes a minute's observations; the minutes since the one before had none.
        mutating func add(_ count: Double, at minute: Int64) {
            let gap = max(minute - lastMinute, 1)
            let age = Double(min(max(minute - firstMinute + 1, 1), LearnedRoster.settledMinutes))
            perMinute *= max(0, 1 - Double(gap - 1) / Double(LearnedRoster.settledMinutes))
            perMinute += (count - perMinute) / age
            if count > 0 { lastMinute = max(lastMinute, minute) }
        }
    }

    struct Change: Sendable, Equatable {
        var joined: [TimingKey] = []
        var left: [TimingKey] = []
    }

    private(set) var seriesMax: Int
    private(set) var learned: [TimingKey: Traffic] = [:]
    private(set) var candidates: [TimingKey: Traffic] = [:]

    init(seriesMax: Int) { self.seriesMax = seriesMax }

    func contains(_ key: TimingKey) -> Bool { learned[key] != nil }

    /// Takes a series that was learned before this process began, as long as there is room.
    mutating func restore(_ key: TimingKey, firstMinute: Int64, lastMinute: Int64) -> Bool {
        guard learned.count < seriesMax else { return false }
        learned[key] = Traffic(firstMinute: firstMinute, lastMinute: lastMinute)
        return true
    }

    /// Takes another limit and other names. The least busy leave where there are too many.
    mutating func apply(seriesMax: Int, isWanted: (TimingKey) -> Bool) -> Change {
        self.seriesMax = seriesMax
        candidates = candidates.filter { isWanted($0.key) }
        var change = Change(left: learned.keys.filter { !isWanted($0) })
        for key in change.left { learned[key] = nil }
        if learned.count > seriesMax {
            let idle = Self.ordered(learned).suffix(learned.count - seriesMax).map(\.key)
            for key in idle { candidates[key] = learned.removeValue(forKey: key) }
            change.left += idle
        }
        return change
    }

    /// Takes the observations of each series that may be learned in the minute that ended, and chooses.
    mutating func endMinute(_ minute: Int64, _ counts: [(key: TimingKey, count: Double)]) -> Change {
        for (key, count) in counts {
            if learned[key]?.add(count, at: minute) != nil { continue }
            if candidates[key] == nil {
                guard candidates.count < Self.candidatesMax, count > 0 else { continue }
                candidates[key] = Traffic(firstMinute: minute, lastMinute: minute)
            }
            candidates[key]?.add(count, at: minute)
        }
        var change = Change()
        for (key, traffic) in learned where minute - traffic.lastMinute > Self.forgottenMinutes {
            learned[key] = nil
            change.left.append(key)
        }
        candidates = candidates.filter { minute - $0.value.lastMinute <= Self.settledMinutes }
        choose(at: minute, &change)
        return change
    }

    private mutating func choose(at minute: Int64, _ change: inout Change) {
        guard !candidates.isEmpty, seriesMax > 0 else { return }
        var waiting = Self.ordered(candidates)[...]
        while learned.count < seriesMax, let first = waiting.popFirst() { join(first.key, &change) }
        guard !waiting.isEmpty else { return }
        // The silent ones first, then from the least busy on.
        var places = Self.ordered(learned).filter { minute - $0.value.firstMinute >= Self.settledMinutes }
        places = places.filter { !isSilent($0.value, at: minute) } + places.filter { isSilent($0.value, at: minute) }
        for _ in 0..<Self.displacedPerMinute {
            guard let place = places.popLast(), let other = waiting.popFirst() else { return }
            guard displaces(other.value, place.value, at: minute) else { return }
            learned[place.key] = nil
            change.left.append(place.key)
            join(other.key, &change)
        }
    }

    private func isSilent(_ traffic: Traffic, at minute: Int64) -> Bool {
        minute - traffic.lastMinute > Self.silentMinutes
    }

    private func displaces(_ other: Traffic, _ learned: Traffic, at minute: Int64) -> Bool {
        if isSilent(learned, at: minute) { return true }
        return minute - other.firstMinute >= Self.settledMinutes
            && other.perMinute > learned.perMinute * Self.displacingRatio
    }

    private mutating func join(_ key: TimingKey, _ change: inout Change) {
        learned[key] = candidates.removeValue(forKey: key)
        change.joined.append(key)
    }

    /// The busiest first; of equally busy ones by name, so that the same are chosen again.
    private static func ordered(_ series: [TimingKey: Traffic]) -> [(key: TimingKey, value: Traffic)] {
        series.sorted { one, other in
            if one.value.perMinute != other.value.perMinute { return one.value.perMinute > other.value.perMinute }
            if one.key.timing != other.key.timing { return one.key.timing < other.key.timing }
            return one.key.labels.text < other.key.labels.text
        }
    }
}

extension LabelSet {
    /// For an order, not for people.
    fileprivate var text: String { labels.map { "\($0.name)\u{1}\($0.value)" }.joined(separator: "\u{2}") }
}
