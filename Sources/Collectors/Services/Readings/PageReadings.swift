internal import Telemetry

/// Turns pages of one server, one after the other, into readings of its signals.
struct PageReadings: Sendable {
    /// Models that one service may have; the signals of further ones are left out and counted.
    static let modelsMax = 1_000
    /// The longest name of a model, in Unicode scalars; a longer one is cut.
    static let modelLengthMax = 256

    /// Models and signals whose bounds are kept. With more all are chosen anew.
    private static let boundsMax = 10_000

    private let profile: ServiceProfile
    private var memory = CounterMemory()
    private var beginnings: Beginnings
    /// What of the round before was read well.
    private var continuity = Beginnings.Continuity.none
    /// The bounds that a signal's histogram of a model has.
    private var bounds: [PlaceOfModel: [Double]] = [:]
    /// Histograms of this round that have others.
    private var otherBoundsCount = 0
    /// Of signals that have several sources, what their last round was like.
    private var choices: [Place: Choice] = [:]

    init(_ profile: ServiceProfile) {
        self.profile = profile
        beginnings = Beginnings(profile)
    }

    private struct PlaceOfModel: Hashable {
        let place: Place
        let model: LabelSet
    }

    private struct Place: Hashable {
        let signal: ServiceSignal
        /// Whether it is that of the buckets which stand beside the signal.
        let isOfBuckets: Bool
    }

    /// Sources by their places in the profile.
    private struct Choice {
        /// The one that was read last.
        var shown: Int
        /// Those that were there in the last round.
        var present: Set<Int>
    }

    /// What one round gave.
    struct Round: Sendable, Equatable {
        var readings: [SignalReading] = []
        /// Signals that the profile knows and the page does not show.
        var missing: [ServiceSignal] = []
        /// Series that were left out because there are too many of them, or of models.
        var droppedCount = 0
    }

    /// The readings of the next page: its samples by name, and with them those of the API.
    ///
    /// - Parameters:
    ///   - isWhole: whether all of the page was taken and understood. What was left out may have begun long ago.
    ///   - hasAPI: whether the API said all that it was asked.
    ///   - seconds: when that was, monotonic.
    mutating func take(
        _ samples: [String: [ScrapedSample]], isWhole: Bool = true, hasAPI: Bool = true, at seconds: Double = 0
    ) -> Round {
        memory.begin(at: seconds)
        beginnings.begin(continuity)
        otherBoundsCount = 0
        continuity = Beginnings.Continuity(page: isWhole, api: hasAPI)
        var round = Round()
        var models = Models(profile.modelLabels)
        for signal in ServiceSignal.allCases {
            guard let sources = profile.signals[signal] else { continue }
            if let readings = read(Place(signal: signal, isOfBuckets: false), sources, samples, &models) {
                round.readings += readings
            } else {
                round.missing.append(signal)
            }
            if let buckets = profile.buckets[signal] {
                let place = Place(signal: signal, isOfBuckets: true)
                round.readings += (read(place, buckets, samples, &models) ?? []).compactMap(\.bucketsAlone)
            }
        }
        distrustFallen(&round.readings)
        round.missing = told(round.missing, samples)
        round.droppedCount = models.droppedCount + memory.droppedCount + otherBoundsCount
        return round
    }

    /// The page could not be read: what counts up meanwhile is not lost, but a new series may have begun long ago.
    mutating func miss() { continuity = .none }

    /// A server that began anew sets all of its counters back, and those that had passed their old values by now are
    /// not to be told by themselves: of a model of which one fell, what the interval says is not used. Of another model
    /// it is, where one of its counters shows that it went on: a model can begin anew by itself.
    private func distrustFallen(_ readings: inout [SignalReading]) {
        guard !memory.fallen.isEmpty else { return }
        let fallen = Set(memory.fallen.map { Models.label(of: $0, profile.modelLabels) })
        let continued = Set(memory.continued.map { Models.label(of: $0, profile.modelLabels) })
        readings = readings.compactMap { reading in
            continued.contains(reading.labels) && !fallen.contains(reading.labels) ? reading : reading.uncounted
        }
    }

    /// The signals whose absence says something: many servers show theirs from the first request on.
    private func told(_ missing: [ServiceSignal], _ samples: [String: [ScrapedSample]]) -> [ServiceSignal] {
        guard let requests = profile.signals[.requests] else { return missing }
        let counted = requests.lazy.flatMap(\.metrics).flatMap { samples[$0] ?? [] }
        return counted.contains { $0.value > 0 } ? missing : missing.filter { $0 == .requests }
    }

    private func isThere(_ source: SignalSource, _ samples: [String: [ScrapedSample]]) -> Bool {
        let names =
            switch source.form {
            case .distribution: source.metrics.map { $0 + "_count" }
            case .highestBound: source.metrics.map { $0 + "_bucket" }
            case .rest(let other): [other]
            default: source.metrics
            }
        return names.contains { name in samples[name]?.contains { source.takes($0.labels) } ?? false }
    }

    /// The readings of the first source that is there; nil where none is.
    ///
    /// The counters of the others are followed: one that takes the first one's place goes on and does not start. One
    /// that comes back has counted what was read from the other meanwhile, so that is not used.
    private mutating func read(
        _ place: Place, _ sources: [SignalSource], _ samples: [String: [ScrapedSample]], _ models: inout Models
    ) -> [SignalReading]? {
        let present = sources.indices.filter { isThere(sources[$0], samples) }
        for index in sources.indices where index != present.first && !sources[index].counters.isEmpty {
            _ = values(sources[index], samples)
        }
        let last = choices[place]
        choices[place]?.present = Set(present)
        guard let shown = present.first else { return nil }
        let readings = read(place, sources[shown], samples, &models)
        guard sources.count > 1 else { return readings }
        choices[place] = Choice(shown: shown, present: Set(present))
        let isBack = last.map { $0.shown != shown && !$0.present.contains(shown) } ?? false
        return isBack ? readings.compactMap(\.uncounted) : readings
    }

    private mutating func read(
        _ place: Place, _ source: SignalSource, _ samples: [String: [ScrapedSample]], _ models: inout Models
    ) -> [SignalReading] {
        var entries = values(source, samples).compactMap { series, value in
            models.model(of: series).map { ($0, value) }
        }
        if case .distribution = source.form { dropOtherBounds(&entries, place, source, samples) }
        var values: [LabelSet: SignalReading.Value] = [:]
        for (model, value) in entries { values.combine(value, at: model, adds: place.signal.isAddedUp) }
        return values.map { SignalReading(place.signal, $0.key, $0.value) }
    }

    // MARK: Bounds

    /// Buckets with unlike bounds cannot be added up. A model keeps the bounds that it had as long as the page has a
    /// series with them, busy or not; of others the buckets are left out and counted.
    private mutating func dropOtherBounds(
        _ entries: inout [(LabelSet, SignalReading.Value)], _ place: Place, _ source: SignalSource,
        _ samples: [String: [ScrapedSample]]
    ) {
        var kept: [LabelSet: [Double]] = [:]
        for index in entries.indices {
            let model = entries[index].0
            guard case .distribution(var distribution) = entries[index].1, !distribution.counts.isEmpty else {
                continue
            }
            let bounds = kept[model] ?? bounds(of: model, place, source, samples, else: distribution.bounds)
            kept[model] = bounds
            if distribution.bounds != bounds {
                distribution.bounds = []
                distribution.counts = []
                entries[index].1 = .distribution(distribution)
                otherBoundsCount += 1
            }
        }
    }

    private mutating func bounds(
        of model: LabelSet, _ place: Place, _ source: SignalSource, _ samples: [String: [ScrapedSample]],
        else new: [Double]
    ) -> [Double] {
        let key = PlaceOfModel(place: place, model: model)
        if let known = bounds[key] {
            if known == new || isThere(known, model, source, samples) { return known }
        } else if bounds.count >= Self.boundsMax {
            bounds = [:]
        }
        bounds[key] = new
        return new
    }

    /// Whether the page has a series of the model with these bounds.
    private func isThere(
        _ bounds: [Double], _ model: LabelSet, _ source: SignalSource, _ samples: [String: [ScrapedSample]]
    ) -> Bool {
        source.metrics.contains { metric in
            source.series(of: samples, named: metric + "_count").contains { series, _ in
                guard Models.label(of: series, profile.modelLabels) == model else { return false }
                return memory.bounds(metric + "_bucket", series).map { $0.map { $0 * source.scale } } == bounds
            }
        }
    }

    // MARK: Forms

    private mutating func values(
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

    /// How far a counter went; `count` is the one that says how much was observed.
    private mutating func increase(
        _ name: String, _ series: LabelSet, to value: Double, countedBy count: String,
        _ samples: [String: [ScrapedSample]]
    ) -> Double? {
        if let increase = memory.increase(name, series, to: value) { return increase }
        return isAtZero(name, series, count, samples) ? memory.countFromZero(name, series) : nil
    }

    /// Whether a counter is new in this round and began at zero.
    private mutating func isAtZero(
        _ name: String, _ series: LabelSet, _ count: String, _ samples: [String: [ScrapedSample]]
    ) -> Bool {
        memory.isNew(name, series) && beginnings.areAtZero(count, samples, memory)
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
        return unlike.map { ($0.0, .number($0.1 * source.scale)) }
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
            series["le"].flatMap(Double.init).flatMap { $0.isFinite ? (series.removing("le"), $0) : nil }
        }
    }

    /// Sums of several metrics are parts of the same thing: they are added, and counted once.
    private mutating func means(
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
    private mutating func sums(
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

    private mutating func lifetimeMeans(
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

    private mutating func distributions(
        _ source: SignalSource, _ metric: String, _ samples: [String: [ScrapedSample]]
    ) -> [(LabelSet, IntervalDistribution)] {
        var buckets: [LabelSet: [(bound: Double, count: Double)]] = [:]
        for sample in samples[metric + "_bucket"] ?? [] where source.takes(sample.labels) {
            guard let bound = sample.labels["le"].flatMap(Double.init), !bound.isNaN else { continue }
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
