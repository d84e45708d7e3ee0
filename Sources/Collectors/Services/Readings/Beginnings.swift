internal import Telemetry

/// Tells which counters that are new on a page began at zero since the page before: only what those counted happened in
/// the interval.
///
/// Models come and errors happen for the first time, so what is new is not simply left out. But a counter can be new to
/// this program alone: its line could not be read before, an exporter has it under another label now, a proxy leads to
/// another server. So all of this has to hold:
/// - The page before was read, to its end and every line of it.
/// - The series was never met, not even with a value that is none.
/// - No series of the same name has gone: it could have come back as this one.
/// - The new series of the name count no more than ``countMax`` together, so that one that is taken for new and is not
///   does little harm.
struct Beginnings: Sendable {
    /// The most that new series of one name may have counted together in their first round.
    static let countMax = 1_000.0

    /// What was read well in the round before, to the last line.
    struct Continuity: Sendable {
        var page: Bool
        /// What the server says beside its page: samples whose names begin with `api:`.
        var api: Bool

        static let none = Continuity(page: false, api: false)
    }

    /// Those that read a counter, by its name.
    private let sources: [String: [SignalSource]]
    private var continuity = Continuity.none
    /// Of this round, by the counter's name.
    private var verdicts: [String: Bool] = [:]

    init(_ profile: ServiceProfile) {
        var sources: [String: [SignalSource]] = [:]
        for source in Array(profile.signals.values.joined()) + profile.buckets.values.joined() {
            for name in source.counters { sources[name, default: []].append(source) }
        }
        self.sources = sources
    }

    mutating func begin(_ continuity: Continuity) {
        self.continuity = continuity
        verdicts.removeAll(keepingCapacity: true)
    }

    /// Whether the series of the counter `name` that are new in this round began at zero.
    mutating func areAtZero(_ name: String, _ samples: [String: [ScrapedSample]], _ memory: CounterMemory) -> Bool {
        guard name.hasPrefix("api:") ? continuity.api : continuity.page else { return false }
        if let verdict = verdicts[name] { return verdict }
        let verdict = judge(name, samples[name] ?? [], memory)
        verdicts[name] = verdict
        return verdict
    }

    private func judge(_ name: String, _ samples: [ScrapedSample], _ memory: CounterMemory) -> Bool {
        guard !memory.hasOther(name, than: Set(samples.map(\.labels))) else { return false }
        let sources = sources[name] ?? []
        let count = samples.reduce(0) { count, sample in
            let isCounted =
                sources.contains { $0.takes(sample.labels) } && sample.value > 0
                && memory.isNewOrUnmet(name, sample.labels)
            return isCounted ? count + sample.value : count
        }
        return count <= Self.countMax
    }
}

extension SignalSource {
    /// The counters that say how much was observed, or how often.
    var counters: [String] {
        switch form {
        case .gauge, .rest, .highestBound, .lifetimeMean: []
        case .counter: metrics
        case .mean(let count): [count]
        case .distribution: metrics.map { $0 + "_count" }
        }
    }
}
