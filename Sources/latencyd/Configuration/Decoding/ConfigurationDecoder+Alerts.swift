internal import AnomalyDetect
internal import Platform
internal import Telemetry

enum AlertsKey: String, ConfigurationKey {
    case rules, builtin, learned, mute
    case quietStart = "quiet_start"
    case noDataAfter = "no_data_after"
}

enum LearnedAlertsKey: String, ConfigurationKey {
    case enabled
}

extension ConfigurationDecoder {
    mutating func alerts(_ section: ConfigurationField) -> AlertsConfiguration {
        var alerts = AlertsConfiguration()
        for (key, field) in fields(of: section, AlertsKey.self) {
            switch key {
            case .rules: rules(field, &alerts)
            case .builtin: alerts.builtin = builtin(field)
            case .learned: alerts.learned = learned(field)
            case .mute: alerts.mutes = mutes(field)
            case .quietStart:
                alerts.quietStart = duration(field, in: AlertsConfiguration.quietStartRange) ?? alerts.quietStart
            case .noDataAfter:
                alerts.noDataAfter = duration(field, in: AlertsConfiguration.noDataAfterRange) ?? alerts.noDataAfter
            }
        }
        return alerts
    }

    private mutating func learned(_ section: ConfigurationField) -> LearnedAlertsConfiguration {
        var learned = LearnedAlertsConfiguration()
        for (key, field) in fields(of: section, LearnedAlertsKey.self) {
            switch key {
            case .enabled: learned.enabled = boolean(field) ?? learned.enabled
            }
        }
        return learned
    }

    private mutating func rules(_ list: ConfigurationField, _ alerts: inout AlertsConfiguration) {
        var firstLines: [RuleIdentity: Int] = [:]
        for element in elements(list, limit: AlertsConfiguration.rulesMax, of: "rules") {
            guard let rule = rule(element) else { continue }
            let identity = RuleIdentity(rule)
            if let line = firstLines[identity] {
                report(
                    element, "the rule watches the same as the one in line \(line)",
                    identity.isOfAbsence
                        ? "leave one of them out, or give it another name"
                        : "put both thresholds into one rule, or give one of them another name")
                continue
            }
            firstLines[identity] = element.node.mark.line
            switch rule {
            case .timing(let rule): alerts.rules.append(rule)
            case .signal(let rule): alerts.signalRules.append(rule)
            case .absence(let rule): alerts.absenceRules.append(rule)
            }
        }
    }

    /// `builtin: false`, or a mapping of their names.
    private mutating func builtin(_ field: ConfigurationField) -> [String: Bool] {
        guard case .mapping = field.node.content else {
            guard let holds = boolean(field) else { return [:] }
            return Dictionary(uniqueKeysWithValues: BuiltInRules.names.map { ($0, holds) })
        }
        var builtin: [String: Bool] = [:]
        for entry in mapping(field) {
            let field = field.entry(entry)
            if BuiltInRules.names.contains(entry.key) {
                builtin[entry.key] = boolean(field)
            } else {
                reportUnknown(entry.key, field, known: BuiltInRules.names)
            }
        }
        return builtin
    }

    /// What makes an alert of a rule: two rules with the same would raise one incident twice.
    private struct RuleIdentity: Hashable {
        var name: String
        var timing: String
        var labels: [String: String]
        var statistic: Statistic?
        var direction: AlertDirection?
        var increase: Duration?
        var isOfAbsence = false

        init(_ rule: RuleConfiguration) {
            switch rule {
            case .timing(let rule):
                name = rule.name
                timing = rule.timing
                labels = rule.labels
                statistic = rule.statistic
            case .signal(let rule):
                name = rule.name
                timing = rule.signal
                labels = rule.labels
                direction = rule.direction
                increase = rule.increase
            case .absence(let rule):
                name = rule.name
                timing = rule.timing
                labels = rule.labels
                isOfAbsence = true
            }
        }
    }
}
