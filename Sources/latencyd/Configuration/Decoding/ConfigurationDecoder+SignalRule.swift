internal import AnomalyDetect
internal import Platform

enum SignalRuleKey: String, ConfigurationKey {
    case name, signal, labels, above, below, increase
    case `for`
    case recoveryMargin = "recovery_margin"
}

extension ConfigurationDecoder {
    /// The rule on signals in the mapping `element`; nil when it is not complete, which is reported.
    mutating func signalRule(_ element: ConfigurationField) -> SignalRuleConfiguration? {
        typealias Rule = SignalRuleConfiguration
        let fields = Dictionary(
            uniqueKeysWithValues: fields(of: element, SignalRuleKey.self).map { ($0.key, $0.field) })
        if fields[.name] == nil {
            reportMissing("name", in: element, "name the alert, for example name: CPUTooHot")
        }
        let name = fields[.name].flatMap { text($0, "a name", NameScalars.alert) }
        let signal = fields[.signal].flatMap { text($0, "a pattern of names", NameScalars.timingPattern) }
        let bounds = bounds(fields, element)
        var rule = Rule(
            name: name ?? "", signal: signal ?? "", direction: bounds?.direction ?? .above,
            thresholds: bounds?.thresholds ?? AlertThresholds())
        if let field = fields[.labels] { rule.labels = labels(field) }
        if let field = fields[.increase] { rule.increase = duration(field, in: Rule.increaseRange) }
        if let field = fields[.for] {
            rule.for = duration(field, in: AlertRuleConfiguration.forRange) ?? rule.for
        }
        if let field = fields[.recoveryMargin] {
            rule.recoveryMargin =
                decimal(field, in: AlertRuleConfiguration.recoveryMarginRange) ?? rule.recoveryMargin
        }
        return name == nil || signal == nil || bounds == nil ? nil : rule
    }

    private mutating func bounds(
        _ fields: [SignalRuleKey: ConfigurationField], _ element: ConfigurationField
    ) -> (direction: AlertDirection, thresholds: AlertThresholds)? {
        switch (fields[.above], fields[.below]) {
        case (let field?, nil):
            return signalThresholds(field, .above).map { (.above, $0) }
        case (nil, let field?):
            return signalThresholds(field, .below).map { (.below, $0) }
        case (_?, let field?):
            report(field, "the rule has 'above' already", "write two rules, one for each side")
            return nil
        case (nil, nil):
            reportMissing("above", in: element, "write for example above: {warning: 90}, or below: {warning: 5}")
            return nil
        }
    }
}
