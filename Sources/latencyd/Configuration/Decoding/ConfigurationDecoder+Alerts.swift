internal import Platform
internal import Telemetry

enum AlertsKey: String, ConfigurationKey {
    case rules
    case noDataAfter = "no_data_after"
}

extension ConfigurationDecoder {
    mutating func alerts(_ section: ConfigurationField) -> AlertsConfiguration {
        var alerts = AlertsConfiguration()
        for (key, field) in fields(of: section, AlertsKey.self) {
            switch key {
            case .rules: alerts.rules = rules(field)
            case .noDataAfter:
                alerts.noDataAfter = duration(field, in: AlertsConfiguration.noDataAfterRange) ?? alerts.noDataAfter
            }
        }
        return alerts
    }

    private mutating func rules(_ list: ConfigurationField) -> [AlertRuleConfiguration] {
        var rules: [AlertRuleConfiguration] = []
        var firstLines: [RuleIdentity: Int] = [:]
        for element in elements(list, limit: AlertsConfiguration.rulesMax, of: "rules") {
            guard let rule = rule(element) else { continue }
            let identity = RuleIdentity(rule)
            if let line = firstLines[identity] {
                report(
                    element, "the rule watches the same as the one in line \(line)",
                    "put both thresholds into one rule, or give one of them another name")
                continue
            }
            firstLines[identity] = element.node.mark.line
            rules.append(rule)
        }
        return rules
    }

    /// What makes an alert of a rule: two rules with the same would raise one incident twice.
    private struct RuleIdentity: Hashable {
        var name: String
        var timing: String
        var labels: [String: String]
        var statistic: Statistic

        init(_ rule: AlertRuleConfiguration) {
            name = rule.name
            timing = rule.timing
            labels = rule.labels
            statistic = rule.statistic
        }
    }
}
