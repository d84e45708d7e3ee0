internal import Collectors
internal import Platform
internal import Telemetry

enum SignalKey: String, ConfigurationKey {
    case metric, kind, unit, per, `where`
}

/// The forms of a signal, as the file names them.
enum SignalKind: String, CaseIterable {
    case gauge, counter, mean, histogram, summary
    case lifetimeMean = "lifetime_mean"
}

/// The units of a server's numbers, and what they are in base units.
enum SignalUnit: String, CaseIterable {
    case nanoseconds = "ns"
    case microseconds = "us"
    case milliseconds = "ms"
    case seconds = "s"
    case percent
    case ratio
    case none

    var scale: Double {
        switch self {
        case .nanoseconds: 1e-9
        case .microseconds: 1e-6
        case .milliseconds: 1e-3
        case .percent: 0.01
        case .seconds, .ratio, .none: 1
        }
    }
}

extension ConfigurationDecoder {
    /// Alternates that a signal may have.
    static let alternatesMax = 8
    /// Labels that may name the model.
    static let modelLabelsMax = 8

    /// A profile written in the file: for each signal a mapping, or a list of them, of which the first that the page has
    /// counts.
    mutating func customProfile(
        signals section: ConfigurationField?, modelLabels: ConfigurationField?, _ element: ConfigurationField
    ) -> ServiceProfile? {
        guard let section else {
            reportMissing(
                "signals", in: element, "write for example signals: {queue_length: {metric: my_queue, kind: gauge}}")
            return nil
        }
        var signals: [ServiceSignal: [SignalSource]] = [:]
        let words = ServiceSignal.allCases.map(\.rawValue)
        let entries = mapping(section)
        for entry in entries {
            let field = section.entry(entry)
            guard let signal = ServiceSignal(rawValue: entry.key) else {
                reportUnknown(entry.key, field, known: words)
                continue
            }
            let sources: [ConfigurationField] =
                if case .sequence = field.node.content {
                    elements(field, limit: Self.alternatesMax, of: "alternates")
                } else { [field] }
            signals[signal] = sources.compactMap { source($0) }
        }
        if entries.isEmpty {
            report(section, "no signal is named", "write at least one of " + words.joined(separator: ", "))
        }
        let labels = modelLabels.map { self.modelLabels($0) }
        return ServiceProfile(
            id: Self.customProfile, title: "a page of metrics", ports: [],
            modelLabels: labels ?? ["model", "model_name"],
            signals: signals)
    }

    /// The labels that may name the model.
    mutating func modelLabels(_ list: ConfigurationField) -> [String] {
        elements(list, limit: Self.modelLabelsMax, of: "labels").compactMap {
            text($0, "a label", NameScalars.label)
        }
    }

    private mutating func source(_ section: ConfigurationField) -> SignalSource? {
        var metric: String?
        var per: String?
        var kind: SignalKind?
        var unit = SignalUnit.none
        var conditions: [LabelCondition] = []
        for (key, field) in fields(of: section, SignalKey.self) {
            switch key {
            case .metric: metric = text(field, "the name of a metric", NameScalars.metric)
            case .per: per = text(field, "the name of a metric", NameScalars.metric)
            case .kind: kind = choice(field, SignalKind.self)
            case .unit: unit = choice(field, SignalUnit.self) ?? unit
            case .where: conditions = self.conditions(field)
            }
        }
        guard let metric, let kind else {
            report(section, "the signal is not whole", "write for example {metric: my_queue, kind: gauge}")
            return nil
        }
        let needsCount = kind == .mean || kind == .lifetimeMean
        guard needsCount == (per != nil) else {
            let remedy =
                needsCount
                ? "write per: the counter of what '\(metric)' \(kind == .mean ? "sums up" : "is the mean of")"
                : "leave 'per' out, or write kind: mean"
            report(section, "kind \(kind.rawValue) \(needsCount ? "needs" : "has no") 'per'", remedy)
            return nil
        }
        let form: SignalSource.Form =
            switch kind {
            case .gauge: .gauge
            case .counter: .counter
            case .mean: .mean(per: per ?? "")
            case .lifetimeMean: .lifetimeMean(weight: per ?? "")
            case .histogram, .summary: .distribution
            }
        return SignalSource(form, [metric], scale: unit.scale, where: conditions)
    }

    /// Labels with the value that they must have, or a list of them; `!` before a value is for all others.
    private mutating func conditions(_ section: ConfigurationField) -> [LabelCondition] {
        mapping(section).compactMap { entry in
            let field = section.entry(entry)
            do throws(ScalarProblem) {
                let label = try NameScalars.label(entry.key)
                guard let value = text(field, "the label's value", { $0 }) else { return nil }
                let isNegated = value.hasPrefix("!")
                return LabelCondition(
                    label: label, values: [isNegated ? String(value.dropFirst()) : value], isNegated: isNegated)
            } catch {
                reportKey(field, error.what, error.remedy)
                return nil
            }
        }
    }
}
