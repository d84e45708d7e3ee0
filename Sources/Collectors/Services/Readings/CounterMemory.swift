internal import Telemetry

/// The last values of a server's counters: tells how far each went, without ever inventing a step.
///
/// - A value below the last one is a counter that was set back, as by a restart: nothing is counted for that interval.
/// - A series that is new on a page that was read in the round before began at zero.
/// - A series that is new otherwise has counted for nobody knows how long: nothing is counted.
struct CounterMemory: Sendable {
    /// A series that was not seen for so many rounds is forgotten.
    static let roundsKept = 180
    /// Buckets that a histogram may have; one with more is taken without them.
    static let bucketsMax = 1_024

    private struct Counter: Sendable {
        var value: Double
        var round: UInt64
    }

    private struct Histogram: Sendable {
        var bounds: [Double]
        /// Cumulative, one for each bound, and one for +Inf.
        var counts: [Double]
        var round: UInt64
    }

    private var counters: [String: [LabelSet: Counter]] = [:]
    private var histograms: [String: [LabelSet: Histogram]] = [:]
    private var round: UInt64 = 0
    /// Whether the round before this one was read well.
    private var isContinued = false

    /// Begins the next round that was read well.
    mutating func begin(isContinued: Bool) {
        self.isContinued = isContinued && round > 0
        round &+= 1
        guard round.isMultiple(of: UInt64(Self.roundsKept)) else { return }
        let oldest = round - UInt64(Self.roundsKept)
        counters = counters.mapValues { $0.filter { $0.value.round > oldest } }.filter { !$0.value.isEmpty }
        histograms = histograms.mapValues { $0.filter { $0.value.round > oldest } }.filter { !$0.value.isEmpty }
    }

    /// How far the series went since it was seen last; nil when that cannot be said.
    mutating func increase(_ name: String, _ labels: LabelSet, to value: Double) -> Double? {
        guard value.isFinite, value >= 0 else { return nil }
        let last = counters[name]?[labels]
        counters[name, default: [:]][labels] = Counter(value: value, round: round)
        guard let last else { return isContinued ? value : nil }
        return value >= last.value ? value - last.value : nil
    }

    /// What each bucket of a histogram counted since it was seen last, from its cumulative counts, among them the one of
    /// +Inf; nil when that cannot be said, as after a change of the bounds.
    mutating func increases(
        _ name: String, _ labels: LabelSet, _ cumulative: [(bound: Double, count: Double)]
    ) -> (bounds: [Double], counts: [UInt64])? {
        let sorted = cumulative.sorted { $0.bound < $1.bound }
        let bounds = sorted.dropLast().map(\.bound)
        guard sorted.count <= Self.bucketsMax, sorted.last?.bound == .infinity,
            zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }),
            sorted.allSatisfy({ $0.count.isFinite && $0.count >= 0 })
        else { return nil }
        let counts = sorted.map(\.count)
        let last = histograms[name]?[labels]
        histograms[name, default: [:]][labels] = Histogram(bounds: bounds, counts: counts, round: round)
        guard let last else {
            return isContinued ? (bounds, Self.counts(counts, since: counts.map { _ in 0 })) : nil
        }
        guard last.bounds == bounds, zip(counts, last.counts).allSatisfy({ $0 >= $1 }) else { return nil }
        return (bounds, Self.counts(counts, since: last.counts))
    }

    /// From cumulative counts what each bucket got. A bucket below the one before it comes from a server that was read
    /// while it counted.
    private static func counts(_ now: [Double], since last: [Double]) -> [UInt64] {
        var below = 0.0
        return zip(now, last).map { now, last in
            let through = max(now - last, below)
            defer { below = through }
            return UInt64(clamping: (through - below).rounded())
        }
    }
}

extension UInt64 {
    /// The nearest count; what is beyond is the largest.
    init(clamping value: Double) { self = value < 1.8e19 ? (value > 0 ? UInt64(value) : 0) : .max }
}
