internal import Telemetry

extension SourceReader {
    /// How far a counter went; `count` is the one that says how much was observed.
    mutating func increase(
        _ name: String, _ series: LabelSet, to value: Double, countedBy count: String,
        _ samples: [String: [ScrapedSample]]
    ) -> Double? {
        if let increase = memory.increase(name, series, to: value) { return increase }
        return isAtZero(name, series, count, samples) ? memory.countFromZero(name, series) : nil
    }

    /// Whether a counter is new in this round and began at zero.
    mutating func isAtZero(
        _ name: String, _ series: LabelSet, _ count: String, _ samples: [String: [ScrapedSample]]
    ) -> Bool {
        memory.isNew(name, series) && beginnings.areAtZero(count, samples, memory)
    }

    /// Sums of several metrics are parts of the same thing: they are added, and counted once.
    mutating func means(
        _ source: SignalSource, _ count: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        let counts = source.series(of: samples, named: count).map { series, value in
            (series, increase(count, series, to: value, countedBy: count, samples))
        }
        let sums = source.metrics.map { self.sums(source, $0, countedBy: count, samples) }
        return counts.compactMap { series, counted in
            let parts = sums.compactMap { $0[series] }
            guard let counted, !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
            let sum = parts.reduce(0) { $0 + ($1 ?? 0) }
            var result = IntervalDistribution(count: counted, sum: sum * source.scale)
            result.isLate = memory.late.contains(series)
            return (series, result)
        }
    }

    /// How far the sums went whose counts were read before; nothing is said of one that is older or younger than its
    /// count.
    mutating func sums(
        _ source: SignalSource, _ metric: String, countedBy count: String, _ samples: [String: [ScrapedSample]]
    ) -> [LabelSet: Double?] {
        var sums: [LabelSet: Double?] = [:]
        for (series, value) in source.series(of: samples, named: metric) {
            let increase = self.increase(metric, series, to: value, countedBy: count, samples)
            let isTogether = memory.isNew(metric, series) == memory.isNew(count, series)
            sums.updateValue(isTogether ? increase : nil, forKey: series)
        }
        return sums
    }

    mutating func lifetimeMeans(
        _ source: SignalSource, _ weight: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        let weights = Dictionary(source.series(of: samples, named: weight), uniquingKeysWith: { first, _ in first })
        return source.metrics.flatMap { metric in
            source.series(of: samples, named: metric).compactMap { series, mean in
                guard let count = weights[series] else { return nil }
                return memory.interval(metric, series, mean: mean, count: count).map { count, sum in
                    (series, IntervalDistribution(count: count, sum: sum * source.scale))
                }
            }
        }
    }
}
