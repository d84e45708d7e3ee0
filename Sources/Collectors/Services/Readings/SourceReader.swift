internal import Telemetry

/// Reads what the series of a source say in a round, by its form.
struct SourceReader: Sendable {
    let profile: ServiceProfile
    var memory = CounterMemory()
    var beginnings: Beginnings

    init(_ profile: ServiceProfile) {
        self.profile = profile
        beginnings = Beginnings(profile)
    }

    /// Begins the next round that was read well; `continuity` is that of the one before.
    mutating func begin(_ continuity: Beginnings.Continuity, at seconds: Double) {
        memory.begin(at: seconds)
        beginnings.begin(continuity)
    }

    /// What each series says.
    mutating func values(
        _ source: SignalSource, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, SignalReading.Value)] {
        switch source.form {
        case .gauge:
            gauges(source.series(of: samples), source)
        case .rest(let other):
            gauges(rests(source, other, samples), source)
        case .highestBound:
            gauges(highestBounds(source, samples), source)
        case .counter:
            source.metrics.flatMap { metric in
                source.series(of: samples, named: metric).map { series, value in
                    (series, .increase(increase(metric, series, to: value, countedBy: metric, samples) ?? 0))
                }
            }
        case .mean(let count): means(source, count, samples).map { ($0, .distribution($1)) }
        case .lifetimeMean(let weight): lifetimeMeans(source, weight, samples).map { ($0, .distribution($1)) }
        case .distribution:
            source.metrics.flatMap { distributions(source, $0, samples) }.map { ($0, .distribution($1)) }
        }
    }

    private func gauges(
        _ series: [(LabelSet, Double)], _ source: SignalSource
    ) -> [(LabelSet, SignalReading.Value)] {
        // No signal is below zero: servers that say so mean that they do not know.
        let known = series.filter { $0.1.isFinite && $0.1 >= 0 }
        // In the order of the page: where there are too many models, the same ones are left out in each round.
        var unlike: [(LabelSet, Double)] = []
        var places: [LabelSet: Int] = [:]
        for (series, value) in known {
            let labels = profile.copyLabels.reduce(series) { $0.removing($1) }
            if let place = places[labels] {
                unlike[place].1 = max(unlike[place].1, value)
            } else {
                places[labels] = unlike.count
                unlike.append((labels, value))
            }
        }
        // Zero has no sign: some servers write -0.
        return unlike.map { ($0.0, .number($0.1 * source.scale + 0)) }
    }

    private func rests(
        _ source: SignalSource, _ other: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, Double)] {
        let others = Dictionary(source.series(of: samples, named: other), uniquingKeysWith: { first, _ in first })
        // Both are read one after the other, while requests come and go.
        return source.series(of: samples).compactMap { series, value in
            others[series].map { (series, max(value - $0, 0)) }
        }
    }

    private func highestBounds(
        _ source: SignalSource, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, Double)] {
        source.metrics.flatMap { source.series(of: samples, named: $0 + "_bucket") }.compactMap { series, _ in
            series["le"].flatMap(ExpositionNumber.value).flatMap { $0.isFinite ? (series.removing("le"), $0) : nil }
        }
    }
}
