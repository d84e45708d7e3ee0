internal import Telemetry

extension SignalSource {
    /// Whether a series counts.
    func takes(_ labels: LabelSet) -> Bool {
        conditions.allSatisfy { $0.values.contains(labels[$0.label] ?? "") != $0.isNegated }
    }

    /// The series of all of its metrics with their values.
    func series(of samples: [String: [ScrapedSample]]) -> [(LabelSet, Double)] {
        metrics.flatMap { series(of: samples, named: $0) }
    }

    func series(of samples: [String: [ScrapedSample]], named name: String) -> [(LabelSet, Double)] {
        (samples[name] ?? []).lazy.filter { takes($0.labels) }.map { ($0.labels, $0.value) }
    }
}

/// The models met in one round.
struct Models: Sendable {
    private var known: Set<String> = []
    private(set) var droppedCount = 0

    /// The label of the model of a series, nothing where the series names none; nil when there are too many models.
    mutating func model(of series: LabelSet, _ modelLabels: [String]) -> LabelSet? {
        guard let name = modelLabels.lazy.compactMap({ series[$0] }).first(where: { !$0.isEmpty }) else { return [:] }
        guard known.contains(name) || known.count < PageReadings.modelsMax else {
            droppedCount += 1
            return nil
        }
        known.insert(name)
        let scalars = name.unicodeScalars
        guard scalars.count > PageReadings.modelLengthMax else { return ["model": name] }
        return ["model": String(String.UnicodeScalarView(scalars.prefix(PageReadings.modelLengthMax)))]
    }
}

extension [LabelSet: SignalReading.Value] {
    /// Brings several series of one model together.
    mutating func combine(_ value: SignalReading.Value, at model: LabelSet, adds: Bool) {
        guard let present = self[model] else {
            self[model] = value
            return
        }
        switch (present, value) {
        case (.number(let one), .number(let other)): self[model] = .number(adds ? one + other : Swift.max(one, other))
        case (.increase(let one), .increase(let other)): self[model] = .increase(one + other)
        case (.distribution(var one), .distribution(let other)):
            one.add(other)
            self[model] = .distribution(one)
        default: break
        }
    }
}
