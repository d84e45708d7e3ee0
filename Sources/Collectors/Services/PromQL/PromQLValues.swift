internal import Telemetry

/// What the answer to one query gave: a value for each label set.
struct PromQLValues: Sendable {
    private(set) var values: [LabelSet: Double] = [:]
    /// Series of the answer.
    private(set) var seriesCount = 0
    /// Series that have no value that could be, as negative durations, histograms, or labels without end.
    private(set) var malformedCount = 0
    /// Series beyond the limit.
    private(set) var droppedCount = 0

    private let scale: Double
    private let labeling: PromQLLabels
    private let shard: PromQLShard?
    private let valuesMax: Int

    init(of query: PromQLQuery, _ settings: PromQLSettings) {
        scale = query.scale
        shard = settings.shard
        valuesMax = settings.seriesMax
        labeling = PromQLLabels(modelLabels: settings.modelLabels, dropsQuantile: query.isOfTiming)
    }

    /// Takes a series of this daemon's shard. Of two that have the same labels the larger value counts; one that is no
    /// number has nothing to say, as a quantile of no observations.
    mutating func take(_ element: PromQLElement) {
        seriesCount += 1
        guard let value = element.value, !(value < 0), let labels = labeling.labels(of: element.metric) else {
            malformedCount += 1
            return
        }
        // Zero has no sign: `-0` plus zero is zero.
        let scaled = value * scale + 0
        guard scaled.isFinite, shard?.takes(labels) ?? true else { return }
        values[labels] = max(values[labels] ?? 0, scaled)
        // Cut now and then, so that an answer without end holds no memory.
        if values.count > 2 * valuesMax { cut() }
    }

    /// Beyond the limit those whose labels come first stay, so that they are the same ones every time.
    mutating func cut() {
        guard values.count > valuesMax else { return }
        let kept = values.keys.sorted { $0.isOrdered(before: $1) }.prefix(valuesMax)
        droppedCount += values.count - kept.count
        values = Dictionary(uniqueKeysWithValues: kept.map { ($0, values[$0]!) })
    }
}
