internal import Telemetry

/// Turns pages of one server, one after the other, into readings of its signals.
struct PageReadings: Sendable {
    /// Models that one service may have; the signals of further ones are left out and counted.
    static let modelsMax = 1_000
    /// The longest name of a model, in Unicode scalars; a longer one is cut.
    static let modelLengthMax = 256

    private let profile: ServiceProfile
    private var reader: SourceReader
    /// What of the round before was read well.
    private var continuity = Beginnings.Continuity.none
    private var bounds: HistogramBounds
    /// Of signals that have several sources, what their last round was like.
    private var choices: [SignalPlace: Choice] = [:]

    init(_ profile: ServiceProfile) {
        self.profile = profile
        reader = SourceReader(profile)
        bounds = HistogramBounds(profile.modelLabels)
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
        reader.begin(continuity, at: seconds)
        bounds.begin()
        continuity = Beginnings.Continuity(page: isWhole, api: hasAPI)
        var round = Round()
        var models = Models(profile.modelLabels)
        for signal in ServiceSignal.allCases {
            guard let sources = profile.signals[signal] else { continue }
            if let readings = read(SignalPlace(signal: signal, isOfBuckets: false), sources, samples, &models) {
                round.readings += readings
            } else {
                round.missing.append(signal)
            }
            if let buckets = profile.buckets[signal] {
                let place = SignalPlace(signal: signal, isOfBuckets: true)
                round.readings += (read(place, buckets, samples, &models) ?? []).compactMap(\.bucketsAlone)
            }
        }
        distrustFallen(&round.readings)
        round.missing = told(round.missing, samples)
        round.droppedCount = models.droppedCount + reader.memory.droppedCount + bounds.droppedCount
        return round
    }

    /// The page could not be read: what counts up meanwhile is not lost, but a new series may have begun long ago.
    mutating func miss() { continuity = .none }

    /// A server that began anew sets all of its counters back, and those that had passed their old values by now are
    /// not to be told by themselves: of a model of which one fell, what the interval says is not used. Of another model
    /// it is, where one of its counters shows that it went on: a model can begin anew by itself.
    private func distrustFallen(_ readings: inout [SignalReading]) {
        guard !reader.memory.fallen.isEmpty else { return }
        let fallen = Set(reader.memory.fallen.map { Models.label(of: $0, profile.modelLabels) })
        let continued = Set(reader.memory.continued.map { Models.label(of: $0, profile.modelLabels) })
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
        _ place: SignalPlace, _ sources: [SignalSource], _ samples: [String: [ScrapedSample]], _ models: inout Models
    ) -> [SignalReading]? {
        let present = sources.indices.filter { isThere(sources[$0], samples) }
        for index in sources.indices where index != present.first && !sources[index].counters.isEmpty {
            _ = reader.values(sources[index], samples)
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
        _ place: SignalPlace, _ source: SignalSource, _ samples: [String: [ScrapedSample]], _ models: inout Models
    ) -> [SignalReading] {
        var entries = reader.values(source, samples).compactMap { series, value in
            models.model(of: series).map { ($0, value) }
        }
        if case .distribution = source.form { bounds.dropOthers(&entries, place, source, samples, reader.memory) }
        var values: [LabelSet: SignalReading.Value] = [:]
        for (model, value) in entries { values.combine(value, at: model, adds: place.signal.isAddedUp) }
        return values.map { SignalReading(place.signal, $0.key, $0.value) }
    }
}

/// Where the readings of a signal come from: its sources, or those of the buckets which stand beside it.
struct SignalPlace: Hashable, Sendable {
    let signal: ServiceSignal
    let isOfBuckets: Bool
}
