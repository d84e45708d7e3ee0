internal import Telemetry

/// Turns pages of one server, one after the other, into readings of its signals.
struct PageReadings: Sendable {
    /// Models that one service may have; the signals of further ones are left out and counted.
    static let modelsMax = 1_000
    /// The longest name of a model, in Unicode scalars; a longer one is cut.
    static let modelLengthMax = 256

    private let profile: ServiceProfile
    private var memory = CounterMemory()
    private var isContinued = false

    init(_ profile: ServiceProfile) { self.profile = profile }

    /// What one round gave.
    struct Round: Sendable, Equatable {
        var readings: [SignalReading] = []
        /// Signals that the profile knows and the page does not show.
        var missing: [ServiceSignal] = []
        /// Series that were left out because there are too many models.
        var droppedCount = 0
    }

    /// The readings of the next page: its samples by name.
    mutating func take(_ samples: [String: [ScrapedSample]]) -> Round {
        memory.begin(isContinued: isContinued)
        isContinued = true
        var round = Round()
        var models = Models()
        for signal in ServiceSignal.allCases {
            guard let sources = profile.signals[signal] else { continue }
            guard let source = sources.first(where: { isThere($0, samples) }) else {
                round.missing.append(signal)
                continue
            }
            read(signal, source, samples, &models, into: &round.readings)
        }
        round.droppedCount = models.droppedCount
        return round
    }

    /// The page could not be read: what counts up meanwhile is not lost, but a new series may have begun long ago.
    mutating func miss() { isContinued = false }

    private func isThere(_ source: SignalSource, _ samples: [String: [ScrapedSample]]) -> Bool {
        source.sampleNames.contains { name in samples[name]?.contains { source.takes($0.labels) } ?? false }
    }

    private mutating func read(
        _ signal: ServiceSignal, _ source: SignalSource, _ samples: [String: [ScrapedSample]], _ models: inout Models,
        into readings: inout [SignalReading]
    ) {
        var values: [LabelSet: SignalReading.Value] = [:]
        switch source.form {
        case .gauge:
            for (series, value) in source.series(of: samples) where value.isFinite {
                guard let model = models.model(of: series, profile.modelLabels) else { continue }
                values.combine(.number(value * source.scale), at: model, adds: signal.isAddedUp)
            }
        case .counter:
            for metric in source.metrics {
                for (series, value) in source.series(of: samples, named: metric) {
                    let increase = memory.increase(metric, series, to: value) ?? 0
                    guard let model = models.model(of: series, profile.modelLabels) else { continue }
                    values.combine(.increase(increase), at: model, adds: true)
                }
            }
        case .mean(let count):
            for (series, value) in means(source, count, samples) {
                guard let model = models.model(of: series, profile.modelLabels) else { continue }
                values.combine(.distribution(value), at: model, adds: true)
            }
        case .lifetimeMean(let weight):
            for (series, value) in lifetimeMeans(source, weight, samples) {
                guard let model = models.model(of: series, profile.modelLabels) else { continue }
                values.combine(.distribution(value), at: model, adds: true)
            }
        case .distribution:
            for metric in source.metrics {
                for (series, value) in distributions(source, metric, samples) {
                    guard let model = models.model(of: series, profile.modelLabels) else { continue }
                    values.combine(.distribution(value), at: model, adds: true)
                }
            }
        }
        readings += values.map { SignalReading(signal, $0.key, $0.value) }
    }

    // MARK: Forms

    private mutating func means(
        _ source: SignalSource, _ count: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        let counts = Dictionary(source.series(of: samples, named: count), uniquingKeysWith: { first, _ in first })
        return source.metrics.flatMap { metric in
            source.series(of: samples, named: metric).compactMap { series, sum in
                guard let observed = counts[series] else { return nil }
                return distribution(metric, count, series, sum: sum, count: observed, source.scale)
            }
        }
    }

    /// Both counters go on together, or nothing is said.
    private mutating func distribution(
        _ sumName: String, _ countName: String, _ series: LabelSet, sum: Double, count: Double, _ scale: Double
    ) -> (LabelSet, IntervalDistribution)? {
        let sumIncrease = memory.increase(sumName, series, to: sum)
        let countIncrease = memory.increase(countName, series, to: count)
        guard let sumIncrease, let countIncrease else { return nil }
        return (series, IntervalDistribution(count: countIncrease, sum: sumIncrease * scale))
    }

    private mutating func lifetimeMeans(
        _ source: SignalSource, _ weight: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        let weights = Dictionary(source.series(of: samples, named: weight), uniquingKeysWith: { first, _ in first })
        return source.series(of: samples).compactMap { series, mean in
            guard let count = weights[series], mean.isFinite else { return nil }
            let name = source.metrics[0]
            return distribution(name, weight, series, sum: mean * count, count: count, source.scale)
        }
    }

    private mutating func distributions(
        _ source: SignalSource, _ metric: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        var buckets: [LabelSet: [(bound: Double, count: Double)]] = [:]
        for sample in samples[metric + "_bucket"] ?? [] where source.takes(sample.labels) {
            guard let bound = sample.labels["le"].flatMap(Double.init), !bound.isNaN else { continue }
            buckets[sample.labels.removing("le"), default: []].append((bound, sample.value))
        }
        let quantiles = quantiles(source, metric, samples)
        let counts = Dictionary(
            source.series(of: samples, named: metric + "_count"), uniquingKeysWith: { first, _ in first })
        return source.series(of: samples, named: metric + "_sum").compactMap { series, sum in
            guard let count = counts[series] else { return nil }
            let mean = distribution(metric + "_sum", metric + "_count", series, sum: sum, count: count, source.scale)
            let counted = buckets[series].flatMap { memory.increases(metric + "_bucket", series, $0) }
            guard var result = mean?.1 else { return nil }
            if let counted, result.count > 0 {
                result.bounds = counted.bounds.map { $0 * source.scale }
                result.counts = counted.counts
            }
            result.quantiles = quantiles[series] ?? StatedQuantiles()
            return (series, result)
        }
    }

    /// What a summary states, by its series without the label `quantile`.
    private func quantiles(
        _ source: SignalSource, _ metric: String, _ samples: [String: [ScrapedSample]]
    ) -> [LabelSet: StatedQuantiles] {
        var quantiles: [LabelSet: StatedQuantiles] = [:]
        for sample in samples[metric] ?? [] where source.takes(sample.labels) {
            guard let quantile = sample.labels["quantile"].flatMap(Double.init) else { continue }
            quantiles[sample.labels.removing("quantile"), default: StatedQuantiles()].take(
                sample.value * source.scale, quantile: quantile)
        }
        return quantiles
    }
}
