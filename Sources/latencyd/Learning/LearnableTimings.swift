internal import Telemetry

/// Which timings are learned, by their names.
///
/// Without patterns in the configuration it is what looks like a latency: a timing in seconds, or one without a unit
/// whose name says so, as histograms and distributions are pushed. No word of the name may say that it is about something
/// that happens once, or that is no latency at all.
struct LearnableTimings: Sendable {
    /// Words between underscores that tell a name from a latency's.
    static let foreignWords: Set<String> = [
        "age", "backup", "boot", "build", "compilation", "compile", "cooldown", "download", "init", "initialization",
        "install", "interval", "lifetime", "load", "loading", "migration", "period", "shutdown", "start", "startup",
        "timeout", "train", "training", "ttl", "uptime", "warmup",
    ]
    /// Words that make a latency of what has no unit.
    static let latencyWords: Set<String> = [
        "delay", "duration", "elapsed", "itl", "latencies", "latency", "lag", "rtt", "time", "tpot", "ttfb",
        "ttft", "wait", "waiting",
    ]
    /// The most names remembered; beyond it all are forgotten and looked at anew.
    private static let namesMax = 10_000

    /// Nil for the default.
    private let patterns: [Glob]?
    private var known: [String: Bool] = [:]

    init(_ patterns: [Glob]?) { self.patterns = patterns }

    /// Whether nothing is learned.
    var isEmpty: Bool { patterns?.isEmpty ?? false }

    mutating func contains(_ timing: String, _ unit: MetricUnit) -> Bool {
        if let known = known[timing] { return known }
        // The database has learned signals as well.
        guard StateSeries.signalName(timing) == nil else { return false }
        if known.count >= Self.namesMax { known.removeAll(keepingCapacity: true) }
        let isLearned =
            patterns.map { $0.contains { $0.matches(timing) } } ?? Self.looksLikeLatency(timing, unit)
        known[timing] = isLearned
        return isLearned
    }

    static func looksLikeLatency(_ timing: String, _ unit: MetricUnit) -> Bool {
        let words = timing.split(separator: "_").map { $0.lowercased() }
        guard !words.contains(where: foreignWords.contains) else { return false }
        return unit == .seconds || (unit == .none && words.contains(where: latencyWords.contains))
    }
}
