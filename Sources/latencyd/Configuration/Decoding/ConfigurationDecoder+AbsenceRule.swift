internal import AnomalyDetect
internal import Platform

enum AbsenceRuleKey: String, ConfigurationKey {
    case name, timing, labels, absent, level
}

extension ConfigurationDecoder {
    /// The rule on silence in the mapping `element`; nil when it is not complete, which is reported.
    mutating func absenceRule(_ element: ConfigurationField) -> AbsenceRuleConfiguration? {
        let fields = Dictionary(
            uniqueKeysWithValues: fields(of: element, AbsenceRuleKey.self).map { ($0.key, $0.field) })
        if fields[.timing] == nil {
            reportMissing(
                "timing", in: element, "write the pattern of the timings that are expected, for example inference_*")
        }
        let timing = fields[.timing].flatMap { text($0, "a pattern of names", NameScalars.timingPattern) }
        let absent = fields[.absent].flatMap { duration($0, in: AbsenceRuleConfiguration.absentRange) }
        var rule = AbsenceRuleConfiguration(timing: timing ?? "", absent: absent ?? .zero)
        if let field = fields[.name] { rule.name = text(field, "a name", NameScalars.alert) ?? rule.name }
        if let field = fields[.labels] { rule.labels = labels(field) }
        if let field = fields[.level], let word = choice(field, ThresholdKey.self) {
            rule.level = AlertLevel(name: word.rawValue) ?? rule.level
        }
        return timing == nil || absent == nil ? nil : rule
    }
}
