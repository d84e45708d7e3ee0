internal import Telemetry

/// The bounds that the histograms of a service's models have, which stay from one round to the next.
struct HistogramBounds: Sendable {
    /// Models and signals whose bounds are kept. With more all are chosen anew.
    private static let countMax = 10_000

    private struct PlaceOfModel: Hashable {
        let place: SignalPlace
        let model: LabelSet
    }

    private let modelLabels: [String]
    private var bounds: [PlaceOfModel: [Double]] = [:]
    /// Histograms of this round that have others.
    private(set) var droppedCount = 0

    init(_ modelLabels: [String]) { self.modelLabels = modelLabels }

    mutating func begin() { droppedCount = 0 }

    /// Buckets with unlike bounds cannot be added up. A model keeps the bounds that it had as long as the page has a
    /// series with them, busy or not; of others the buckets are left out and counted.
    mutating func dropOthers(
        _ entries: inout [(LabelSet, SignalReading.Value)], _ place: SignalPlace, _ source: SignalSource,
        _ samples: [String: [ScrapedSample]], _ memory: CounterMemory
    ) {
        var kept: [LabelSet: [Double]] = [:]
        for index in entries.indices {
            let model = entries[index].0
            guard case .distribution(var distribution) = entries[index].1, !distribution.counts.isEmpty else {
                continue
            }
            let bounds =
                kept[model]
                ?? bounds(
                    of: PlaceOfModel(place: place, model: model), source, samples, memory, else: distribution.bounds)
            kept[model] = bounds
            if distribution.bounds != bounds {
                distribution.bounds = []
                distribution.counts = []
                entries[index].1 = .distribution(distribution)
                droppedCount += 1
            }
        }
    }

    private mutating func bounds(
        of key: PlaceOfModel, _ source: SignalSource, _ samples: [String: [ScrapedSample]], _ memory: CounterMemory,
        else new: [Double]
    ) -> [Double] {
        if let known = bounds[key] {
            if known == new || isThere(known, key.model, source, samples, memory) { return known }
        } else if bounds.count >= Self.countMax {
            bounds = [:]
        }
        bounds[key] = new
        return new
    }

    /// Whether the page has a series of the model with these bounds.
    private func isThere(
        _ bounds: [Double], _ model: LabelSet, _ source: SignalSource, _ samples: [String: [ScrapedSample]],
        _ memory: CounterMemory
    ) -> Bool {
        source.metrics.contains { metric in
            source.series(of: samples, named: metric + "_count").contains { series, _ in
                guard Models.label(of: series, modelLabels) == model else { return false }
                return memory.bounds(metric + "_bucket", series).map { $0.map { $0 * source.scale } } == bounds
            }
        }
    }
}
