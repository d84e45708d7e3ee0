internal import Platform
internal import Telemetry

enum RuleKey: String, ConfigurationKey {
    case name, timing, labels, statistic, thresholds
    case `for`
    case recoveryMargin = "recovery_margin"
    case minCount = "min_count"
}

/// A rule of any kind.
enum RuleConfiguration {
    case timing(AlertRuleConfiguration)
    case signal(SignalRuleConfiguration)
    case absence(AbsenceRuleConfiguration)
}

extension ConfigurationDecoder {
    /// The rule in the mapping `element`; nil when it is not complete, which is reported.
    mutating func rule(_ element: ConfigurationField) -> RuleConfiguration? {
        guard case .mapping(let entries) = element.node.content else {
            report(
                element, "the rule is \(Self.kind(element.node)), not a mapping",
                "write for example {timing: inference_*, statistic: p99, thresholds: {warning: 50ms}}")
            return nil
        }
        if entries.contains(where: { $0.key == AbsenceRuleKey.absent.rawValue }) {
            return absenceRule(element).map(RuleConfiguration.absence)
        }
        if entries.contains(where: { $0.key == SignalRuleKey.signal.rawValue }) {
            return signalRule(element).map(RuleConfiguration.signal)
        }
        return timingRule(element).map(RuleConfiguration.timing)
    }

    private mutating func timingRule(_ element: ConfigurationField) -> AlertRuleConfiguration? {
        let fields = Dictionary(uniqueKeysWithValues: fields(of: element, RuleKey.self).map { ($0.key, $0.field) })
        let statistic = required(.statistic, "write one of p50, p95, p99, mean, stddev, rate", fields, element)
            .flatMap { choice($0, Statistic.self) }
        let timing = required(
            .timing, "write the pattern of the timings it watches, for example inference_*", fields, element
        )
        .flatMap { text($0, "a pattern of names", NameScalars.timingPattern) }
        let thresholds = required(.thresholds, "write for example thresholds: {warning: 50ms}", fields, element)
            .flatMap { self.thresholds($0, statistic) }
        guard let timing, let statistic, let thresholds else {
            // The other settings are still to be checked.
            _ = options(
                fields, of: AlertRuleConfiguration(timing: "", statistic: .p50, thresholds: AlertThresholds()))
            return nil
        }
        return options(
            fields, of: AlertRuleConfiguration(timing: timing, statistic: statistic, thresholds: thresholds))
    }

    private mutating func required(
        _ key: RuleKey, _ remedy: String, _ fields: [RuleKey: ConfigurationField], _ element: ConfigurationField
    ) -> ConfigurationField? {
        if fields[key] == nil { reportMissing(key.rawValue, in: element, remedy) }
        return fields[key]
    }

    /// `rule` with the settings that have a default.
    private mutating func options(
        _ fields: [RuleKey: ConfigurationField], of rule: AlertRuleConfiguration
    ) -> AlertRuleConfiguration {
        typealias Rule = AlertRuleConfiguration
        var rule = rule
        if let field = fields[.name] { rule.name = text(field, "a name", NameScalars.alert) ?? rule.name }
        if let field = fields[.labels] { rule.labels = labels(field) }
        if let field = fields[.for] { rule.for = duration(field, in: Rule.forRange) ?? rule.for }
        if let field = fields[.recoveryMargin] {
            rule.recoveryMargin = decimal(field, in: Rule.recoveryMarginRange) ?? rule.recoveryMargin
        }
        if let field = fields[.minCount] { rule.minCount = integer(field, in: Rule.minCountRange) ?? rule.minCount }
        return rule
    }

    mutating func labels(_ section: ConfigurationField) -> [String: String] {
        var labels: [String: String] = [:]
        let entries = mapping(section)
        if entries.count > AlertRuleConfiguration.labelsMax {
            report(
                section, "there are \(entries.count) labels", "write at most \(AlertRuleConfiguration.labelsMax)")
        }
        for entry in entries.prefix(AlertRuleConfiguration.labelsMax) {
            let field = section.entry(entry)
            do throws(ScalarProblem) {
                let name = try NameScalars.label(entry.key)
                labels[name] = text(field, "a pattern of the label's values", NameScalars.labelPattern)
            } catch {
                reportKey(field, error.what, error.remedy)
            }
        }
        return labels
    }
}
