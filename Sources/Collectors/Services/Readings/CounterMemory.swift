internal import Telemetry

/// The last values of a server's counters: tells how far each went, without ever inventing a step.
///
/// - A value below the last one is a counter that was set back, as by a restart: nothing is counted for that interval,
///   and `fallen` tells whose it is.
/// - The first value of a series is where it starts from: it has counted for nobody knows how long. Who knows that it
///   began at zero says so, by ``countFromZero(_:_:)``.
/// - A series that was there before, if only with a value that is none, is never new again.
/// - A series that several signals read goes on once in a round, and says the same to all of them.
struct CounterMemory: Sendable {
    /// A series that was not seen for so many rounds is forgotten.
    static let roundsKept = 180
    /// Buckets that a histogram may have; one with more is taken without them.
    static let bucketsMax = 1_024
    /// Counters and buckets that are kept. Series beyond are left out and counted.
    static let valuesMax = 131_072
    /// A count, or a sum, above this is none.
    static let valueMax = 1e15
    /// What was counted over a longer time is not of the trailing minute. More than a minute: that is an interval which
    /// may be configured, and no reading is on time to the millisecond.
    static let lateSeconds = 90.0
    /// Rounds, one a second, in that time.
    private static let recentMax = 100
    /// Observations of a histogram in one interval; with more its buckets are not taken.
    static let observationsMax = 1e9

    private var counters: [String: [LabelSet: Counter]] = [:]
    var histograms: [String: [LabelSet: Histogram]] = [:]
    var averages: [String: [LabelSet: Average]] = [:]
    private var metBefore = MetSeries()
    private var valueCount = 0
    /// Those of them that were read in this round.
    var readCount = 0
    var round: UInt64 = 0
    /// Whether a series was met for the first time in this round.
    private var hasNew = false

    /// When the last rounds were, seconds; none of them long ago.
    var recent: [(round: UInt64, seconds: Double)] = []

    /// The series of this round whose values before it were read longer ago than ``lateSeconds``.
    var late: Set<LabelSet> = []
    /// The series that were set back in this round.
    var fallen: Set<LabelSet> = []
    /// The series of this round that were left out because too many are kept.
    private(set) var droppedCount = 0

    /// Begins the next round that was read well; `seconds` is monotonic.
    mutating func begin(at seconds: Double = 0) {
        round &+= 1
        if recent.count >= Self.recentMax { recent.removeFirst() }
        recent.append((round, seconds))
        recent.removeAll { seconds - $0.seconds > Self.lateSeconds }
        late = []
        hasNew = false
        let isCrowded = droppedCount > 0
        fallen = []
        droppedCount = 0
        if round.isMultiple(of: UInt64(Self.roundsKept)) {
            forget(before: round - UInt64(Self.roundsKept))
        } else if isCrowded || valueCount >= Self.valuesMax, readCount < valueCount {
            // Some of what is kept was not there in the round before.
            forget(before: round - 2)
        }
        readCount = 0
    }

    /// How far the series went since it was seen last; nil when that cannot be said.
    mutating func increase(_ name: String, _ labels: LabelSet, to value: Double) -> Double? {
        guard value >= 0, value <= Self.valueMax else {
            if counters[name]?[labels] == nil { noteMet(name, labels) }
            return nil
        }
        guard let last = counters[name]?[labels] else {
            guard hasRoom(for: 1, name, labels) else { return nil }
            let isNew = isUnmet(name, labels)
            counters[name, default: [:]][labels] = Counter(value: value, increase: nil, round: round, isNew: isNew)
            hasNew = hasNew || isNew
            readCount += 1
            return nil
        }
        if last.round == round { return last.increase }
        let increase = value >= last.value ? value - last.value : nil
        if increase == nil { fallen.insert(labels) }
        if last.round < recent[0].round { late.insert(labels) }
        counters[name]?[labels] = Counter(value: value, increase: increase, round: round)
        readCount += 1
        return increase
    }

    /// How far a counter went that is new in this round and began at zero: all the way.
    mutating func countFromZero(_ name: String, _ labels: LabelSet) -> Double? {
        guard hasNew, let new = counters[name]?[labels], new.isNew, new.round == round else { return nil }
        counters[name]?[labels]?.increase = new.value
        return new.value
    }

    // MARK: What is kept

    /// The series of this round that went on, as far as can be told: they had counted more than they counted since. Of
    /// one that counted more than that nobody knows whether it was set back.
    var continued: Set<LabelSet> {
        var continued: Set<LabelSet> = []
        for series in counters.values {
            for (labels, counter) in series where counter.round == round {
                if let increase = counter.increase, increase < counter.value - increase { continued.insert(labels) }
            }
        }
        return continued
    }

    /// Whether a counter was met in this round for the first time.
    func isNew(_ name: String, _ labels: LabelSet) -> Bool {
        guard hasNew, let counter = counters[name]?[labels] else { return false }
        return counter.isNew && counter.round == round
    }

    /// Whether a counter was not met before this round.
    func isNewOrUnmet(_ name: String, _ labels: LabelSet) -> Bool {
        guard let counter = counters[name]?[labels] else { return isUnmet(name, labels) }
        return counter.isNew && counter.round == round
    }

    /// Whether a counter of that name is kept that is not among `present`.
    func hasOther(_ name: String, than present: Set<LabelSet>) -> Bool {
        counters[name]?.keys.contains { !present.contains($0) } ?? false
    }

    func isUnmet(_ name: String, _ labels: LabelSet) -> Bool { metBefore.isUnmet(Key(name: name, labels: labels)) }

    mutating func noteMet(_ name: String, _ labels: LabelSet) { metBefore.insert(Key(name: name, labels: labels)) }

    mutating func hasRoom(for count: Int, _ name: String, _ labels: LabelSet) -> Bool {
        guard valueCount + count <= Self.valuesMax else {
            droppedCount += 1
            noteMet(name, labels)
            return false
        }
        valueCount += count
        return true
    }

    private mutating func forget(before oldest: UInt64) {
        counters = Self.kept(counters, from: oldest, \.round, &metBefore)
        histograms = Self.kept(histograms, from: oldest, \.round, &metBefore)
        averages = Self.kept(averages, from: oldest, \.round, &metBefore)
        valueCount =
            counters.values.reduce(0) { $0 + $1.count } + averages.values.reduce(0) { $0 + $1.count }
            + histograms.values.reduce(0) { $1.values.reduce($0) { $0 + $1.counts.count } }
    }

    private static func kept<Value>(
        _ series: [String: [LabelSet: Value]], from oldest: UInt64, _ round: KeyPath<Value, UInt64>,
        _ metBefore: inout MetSeries
    ) -> [String: [LabelSet: Value]] {
        var kept: [String: [LabelSet: Value]] = [:]
        for (name, values) in series {
            for (labels, value) in values {
                if value[keyPath: round] > oldest {
                    kept[name, default: [:]][labels] = value
                } else {
                    metBefore.insert(Key(name: name, labels: labels))
                }
            }
        }
        return kept
    }
}
