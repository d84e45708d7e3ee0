internal import Telemetry

extension SourceReader {
    /// What a histogram or a summary counted: its count and sum, its buckets, and the quantiles that it states.
    mutating func distributions(
        _ source: SignalSource, _ metric: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        var buckets: [LabelSet: [(bound: Double, count: Double)]] = [:]
        for sample in samples[metric + "_bucket"] ?? [] where source.takes(sample.labels) {
            guard let bound = sample.labels["le"].flatMap(ExpositionNumber.value), !bound.isNaN else { continue }
            buckets[sample.labels.removing("le"), default: []].append((bound, sample.value))
        }
        let quantiles = source.quantiles(of: samples, named: metric)
        let countName = metric + "_count"
        let counts = source.series(of: samples, named: countName).map { series, value in
            (series, increase(countName, series, to: value, countedBy: countName, samples))
        }
        let sumValues = Dictionary(
            source.series(of: samples, named: metric + "_sum"), uniquingKeysWith: { first, _ in first })
        let sums = self.sums(source, metric + "_sum", countedBy: countName, samples)
        return counts.compactMap { series, countIncrease in
            // All of them go on together, or nothing is said.
            let counted = buckets[series].flatMap {
                memory.increases(metric + "_bucket", series, $0)
                    ?? (isAtZero(countName, series, countName, samples)
                        ? memory.countBucketsFromZero(metric + "_bucket", series) : nil)
            }
            guard let sum = sumValues[series] else { return nil }
            let sumIncrease = sums[series] ?? nil
            guard let countIncrease, let sumIncrease else { return nil }
            var result = IntervalDistribution(count: countIncrease, sum: sumIncrease * source.scale)
            if let counted, countIncrease > 0 {
                result.bounds = counted.bounds.map { $0 * source.scale }
                result.counts = counted.counts
                // Better the middles of buckets than a sum that stands still.
                if isCoarse(sumIncrease, of: sum) { result.sum = result.sumOfMiddles }
            }
            result.quantiles = quantiles[series] ?? StatedQuantiles()
            result.isLate = memory.late.contains(series)
            return (series, result)
        }
    }

    /// Whether the digits that the server prints say less than one part in ten of an increase.
    private func isCoarse(_ increase: Double, of value: Double) -> Bool {
        guard let digits = profile.digits else { return false }
        let step = (0..<digits).reduce(10.0) { step, _ in step / 10 } * value
        return increase < 10 * step
    }
}
