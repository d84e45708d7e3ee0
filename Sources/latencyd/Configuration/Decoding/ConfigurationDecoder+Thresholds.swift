internal import Platform
internal import Telemetry

enum ThresholdKey: String, ConfigurationKey {
    case info, warning, critical
}

extension ConfigurationDecoder {
    /// The thresholds of a rule; nil when none can be used, which is reported.
    mutating func thresholds(_ section: ConfigurationField, _ statistic: Statistic?) -> AlertThresholds? {
        var found: [ThresholdKey: (field: ConfigurationField, value: ThresholdValue)] = [:]
        for (key, field) in fields(of: section, ThresholdKey.self) {
            guard let value = threshold(field, statistic) else { continue }
            found[key] = (field, value)
        }
        if Self.hasNoKeys(section.node) {
            report(section, "there is no threshold", "write at least one of info, warning and critical")
        }
        guard isAscending(ThresholdKey.allCases.compactMap { found[$0] }) else { return nil }
        guard !found.isEmpty else { return nil }
        return AlertThresholds(
            info: found[.info]?.value, warning: found[.warning]?.value, critical: found[.critical]?.value)
    }

    private static func hasNoKeys(_ node: YAMLNode) -> Bool {
        if case .mapping(let entries) = node.content { entries.isEmpty } else { node.isNull }
    }

    private mutating func threshold(_ field: ConfigurationField, _ statistic: Statistic?) -> ThresholdValue? {
        let expected =
            statistic == .rate ? "a number of observations per second" : "a duration such as 50ms, or a number"
        return text(field, expected) { text throws(ScalarProblem) in
            let value = try Self.threshold(text, statistic)
            guard value.value > 0 || (statistic == .rate && value.value == 0) else {
                throw .impossible(text, "would always be exceeded", "write \(expected) above 0")
            }
            return value
        }
    }

    private static func threshold(_ text: String, _ statistic: Statistic?) throws(ScalarProblem) -> ThresholdValue {
        if let number = NumberScalar.decimal(text) { return .number(number) }
        let duration: Duration
        do {
            duration = try DurationScalar.parse(text)
        } catch {
            throw .notA(
                statistic == .rate ? "a number" : "a duration or a number", text,
                statistic == .rate
                    ? "write observations per second, for example 100" : "write for example 50ms, or 0.05")
        }
        guard statistic != .rate else {
            throw .impossible(text, "is a duration", "write a rate as a plain number of observations per second")
        }
        return .duration(duration)
    }

    /// Whether the thresholds, from info on, are of one kind and rise; else it is reported.
    private mutating func isAscending(_ levels: [(field: ConfigurationField, value: ThresholdValue)]) -> Bool {
        for (lower, upper) in zip(levels, levels.dropFirst()) {
            switch (lower.value, upper.value) {
            case (.duration, .number), (.number, .duration):
                report(
                    upper.field, "one threshold is a duration and another a plain number",
                    "write all as durations, or all as numbers in the timing's unit")
                return false
            case (.duration, .duration), (.number, .number):
                guard upper.value.value > lower.value.value else {
                    report(
                        upper.field, "the threshold does not exceed the one of the level below",
                        "write thresholds that rise from info over warning to critical")
                    return false
                }
            }
        }
        return true
    }
}
