internal import Telemetry

/// What the answer to one query gave: a value for each label set.
struct PromQLValues: Sendable, Equatable {
    private(set) var values: [LabelSet: Double] = [:]
    /// Series of the answer.
    private(set) var seriesCount = 0
    /// Series that have no value that could be, as negative durations, histograms, or labels without end.
    private(set) var malformedCount = 0
    /// Series beyond the limit.
    private(set) var droppedCount = 0

    /// Takes the series of this daemon's shard. Of two that have the same labels the larger value counts; one that is no
    /// number has nothing to say, as a quantile of no observations. Beyond the limit those whose labels come first stay,
    /// so that they are the same ones every time.
    init(_ elements: [PromQLElement], of query: PromQLQuery, _ settings: PromQLSettings) {
        seriesCount = elements.count
        var labeling = PromQLLabels(modelLabels: settings.modelLabels, dropsQuantile: false)
        if case .statistic = query.purpose {
            labeling = PromQLLabels(modelLabels: settings.modelLabels, dropsQuantile: true)
        }
        for element in elements {
            guard let value = element.value, !(value < 0), let labels = labeling.labels(of: element.metric) else {
                malformedCount += 1
                continue
            }
            guard (value * query.scale).isFinite, settings.shard?.takes(labels) ?? true else { continue }
            values[labels] = max(values[labels] ?? 0, value * query.scale)
        }
        guard values.count > settings.seriesMax else { return }
        let kept = values.keys.sorted { $0.isOrdered(before: $1) }.prefix(settings.seriesMax)
        droppedCount = values.count - kept.count
        values = Dictionary(uniqueKeysWithValues: kept.map { ($0, values[$0]!) })
    }
}
