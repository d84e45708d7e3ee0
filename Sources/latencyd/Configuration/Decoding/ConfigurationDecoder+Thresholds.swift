internal import AnomalyDetect
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
        return ordered(found, .above)
    }

    /// The thresholds of a rule on signals; nil when none can be used, which is reported. Any number will do.
    mutating func signalThresholds(_ section: ConfigurationField, _ direction: AlertDirection) -> AlertThresholds? {
        var found: [ThresholdKey: (field: ConfigurationField, value: ThresholdValue)] = [:]
        for (key, field) in fields(of: section, ThresholdKey.self) {
            let value = text(field, "a number, or a duration such as 50ms") { text throws(ScalarProblem) in
                try Self.threshold(text, nil)
            }
            if let value { found[key] = (field, value) }
        }
        if Self.hasNoKeys(section.node) {
            report(section, "there is no threshold", "write at least one of info, warning and critical")
        }
        return ordered(found, direction)
    }

    private mutating func ordered(
        _ found: [ThresholdKey: (field: ConfigurationField, value: ThresholdValue)], _ direction: AlertDirection
    ) -> AlertThresholds? {
        guard isAscending(ThresholdKey.allCases.compactMap { found[$0] }, direction) else { return nil }
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

    /// Whether the thresholds, from info on, are of one kind and go further; else it is reported.
    private mutating func isAscending(
        _ levels: [(field: ConfigurationField, value: ThresholdValue)], _ direction: AlertDirection
    ) -> Bool {
        for (lower, upper) in zip(levels, levels.dropFirst()) {
            switch (lower.value, upper.value) {
            case (.duration, .number), (.number, .duration):
                report(
                    upper.field, "one threshold is a duration and another a plain number",
                    "write all as durations, or all as numbers in the timing's unit")
                return false
            case (.duration, .duration), (.number, .number):
                let (before, after) = (lower.value.value, upper.value.value)
                switch direction {
                case .above where after <= before:
                    report(
                        upper.field, "the threshold does not exceed the one of the level below",
                        "write thresholds that rise from info over warning to critical")
                    return false
                case .below where after >= before:
                    report(
                        upper.field, "the threshold is not below the one of the level below",
                        "write thresholds that fall from info over warning to critical")
                    return false
                case .above, .below: break
                }
            }
        }
        return true
    }
}
