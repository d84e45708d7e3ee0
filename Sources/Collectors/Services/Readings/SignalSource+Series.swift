internal import Telemetry

extension SignalSource {
    /// Whether a series counts.
    func takes(_ labels: LabelSet) -> Bool {
        conditions.allSatisfy { condition in
            let value = labels[condition.label] ?? ""
            let isMet =
                condition.values.contains(value) || condition.beginnings.contains { value.hasPrefix($0) }
            return isMet != condition.isNegated
        }
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
    private let labels: [String]
    private var known: Set<LabelSet> = []
    private(set) var droppedCount = 0

    /// `labels` name the model; of those that a series has, the first one counts.
    init(_ labels: [String]) { self.labels = labels }

    /// The label of the model of a series, nothing where the series names none; nil when there are too many models.
    mutating func model(of series: LabelSet) -> LabelSet? {
        let model = Self.label(of: series, labels)
        guard known.contains(model) || known.count < PageReadings.modelsMax else {
            droppedCount += 1
            return nil
        }
        known.insert(model)
        return model
    }

    static func label(of series: LabelSet, _ labels: [String]) -> LabelSet {
        guard let name = labels.lazy.compactMap({ series[$0] }).first(where: { !$0.isEmpty }) else { return [:] }
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
