import Telemetry

/// Finds the rules that watch a series. Most series share their timing's name with many others, so what the names
/// match is remembered.
struct RuleMatcher: Sendable {
    /// The most names remembered; beyond it all are forgotten and remembered anew.
    private static let namesMax = 10_000

    let rules: [AlertRule]
    /// For each name the places of the rules whose `timing` matches it.
    private var rulesByTiming: [String: [Int]] = [:]

    init(_ rules: [AlertRule]) { self.rules = rules }

    /// The places of the rules that watch the series, ascending.
    mutating func rules(watching timing: String, _ labels: LabelSet) -> [Int] {
        candidates(timing).filter {
            !rules[$0].measure.isOfSignal && rules[$0].measure.absenceSeconds == nil
                && rules[$0].watches(labels: labels)
        }
    }

    /// As ``rules(watching:_:)``, those on silence.
    mutating func rules(watchingAbsenceOf timing: String, _ labels: LabelSet) -> [Int] {
        candidates(timing).filter {
            rules[$0].measure.absenceSeconds != nil && rules[$0].watches(labels: labels)
        }
    }

    /// As ``rules(watching:_:)``, for a sample of a signal.
    mutating func rules(watchingSignal name: String, _ labels: LabelSet) -> [Int] {
        candidates(name).filter { rules[$0].measure.isOfSignal && rules[$0].watches(labels: labels) }
    }

    /// Whether any rule watches samples of this name, whatever their labels.
    mutating func watchesSignal(_ name: String) -> Bool {
        candidates(name).contains { rules[$0].measure.isOfSignal }
    }

    private mutating func candidates(_ timing: String) -> [Int] {
        if let known = rulesByTiming[timing] { return known }
        let matching = rules.indices.filter { rules[$0].timing.matches(timing) }
        if rulesByTiming.count >= Self.namesMax { rulesByTiming.removeAll(keepingCapacity: true) }
        rulesByTiming[timing] = matching
        return matching
    }
}
