internal import Telemetry

/// What is known of one service: its last round, what was counted, its timings.
struct ServiceRecord: Sendable {
    /// Counters and timings that got nothing for so long are forgotten, seconds; and for ``forgottenAfterIntervals``.
    static let forgottenAfterSeconds = 900.0
    /// Where intervals are long, a failed reading or two are no reason to begin anew.
    static let forgottenAfterIntervals = 3.0
    /// Series of counters and timings that one service may have.
    static let seriesMax = 10_000

    private struct Key: Hashable {
        let signal: ServiceSignal
        let labels: LabelSet
    }

    private struct Counted: Sendable {
        var total = 0.0
        var createdSeconds: Double
        var lastSeconds: Double
    }

    private struct Imported: Sendable {
        var timing: ImportedTiming
        var lastSeconds: Double
    }

    private struct Stated: Sendable {
        var timing: StatedTiming
        var lastSeconds: Double
    }

    /// `service` and `profile`.
    private let own: [Label]
    private let url: String
    private let batchSizeMax: Double?
    private let createdSeconds: Double
    private let patienceSeconds: Double
    private(set) var last: ServiceRound?
    private var scrapeCount: UInt64 = 0
    private var failureCounts: [ServiceFailure.Reason: UInt64] = [:]
    private var malformedCount = 0
    private var droppedCount = 0
    private var apiFailureCount = 0
    private var gauges: [MetricDescriptor: [Sample]] = [:]
    private var counters: [Key: Counted] = [:]
    private var timings: [Key: Imported] = [:]
    /// Those without buckets.
    private var stated: [Key: Stated] = [:]

    init(_ settings: ServiceSettings, unixSeconds: Double) {
        own = [Label("profile", settings.profileID), Label("service", settings.name)]
        url = settings.url
        batchSizeMax = settings.batchSizeMax
        createdSeconds = unixSeconds
        // Readings are late by up to their time limit.
        let intervals = Self.forgottenAfterIntervals * settings.interval + settings.timeout
        patienceSeconds = max(Self.forgottenAfterSeconds, intervals)
    }

    // MARK: Rounds

    mutating func take(_ round: ServiceRound, monotonicSeconds now: Double, unixSeconds: Double) {
        scrapeCount &+= 1
        malformedCount += round.malformedCount
        droppedCount += round.droppedCount
        apiFailureCount += round.apiFailureCount
        if let failure = round.failure { failureCounts[failure.reason, default: 0] &+= 1 }
        gauges.removeAll(keepingCapacity: true)
        for key in stated.keys { stated[key]?.timing.miss() }
        for reading in round.readings { take(reading, now, unixSeconds) }
        addEfficiency(round.readings)
        forget(now)
        last = round
        last?.readings = []
    }

    private mutating func take(_ reading: SignalReading, _ now: Double, _ unixSeconds: Double) {
        switch reading.value {
        case .number(let value): show(reading.signal, reading.labels, value)
        case .increase(let increase):
            let key = Key(signal: reading.signal, labels: reading.labels)
            guard counters[key] != nil || hasRoom else { return }
            counters[key, default: Counted(createdSeconds: unixSeconds, lastSeconds: now)].total += increase
            counters[key]?.lastSeconds = now
        case .distribution(let distribution):
            if let mean = distribution.mean { show(reading.signal, reading.labels, mean) }
            let key = Key(signal: reading.signal, labels: reading.labels)
            if distribution.counts.isEmpty {
                state(distribution, key, now)
            } else {
                count(distribution, key, now, unixSeconds)
            }
        case .buckets(let distribution):
            count(distribution, Key(signal: reading.signal, labels: reading.labels), now, unixSeconds)
        }
    }

    private mutating func show(_ signal: ServiceSignal, _ labels: LabelSet, _ value: Double) {
        guard let descriptor = signal.descriptor, descriptor.kind == .gauge, value.isFinite else { return }
        gauges[descriptor, default: []].append(Sample(labels.adding(own), value))
    }

    private mutating func count(
        _ distribution: IntervalDistribution, _ key: Key, _ now: Double, _ unixSeconds: Double
    ) {
        guard let descriptor = key.signal.timing else { return }
        stated[key] = nil
        if timings[key]?.timing.bounds != distribution.bounds {
            // Another version of the server may have other bounds: its counts begin anew.
            guard timings[key] != nil || hasRoom else { return }
            timings[key] = Imported(
                timing: ImportedTiming(
                    descriptor, key.labels.adding(own), bounds: distribution.bounds, createdSeconds: unixSeconds),
                lastSeconds: now)
        }
        // The sum is that of all observations. Those in the buckets have their share of it.
        let share = distribution.count > 0 ? distribution.countInBuckets / distribution.count : 0
        timings[key]?.timing.add(
            distribution.counts, sum: distribution.sum * share, inWindow: !distribution.isLate)
        timings[key]?.lastSeconds = now
    }

    /// Quantiles count where there are no buckets. A series that has shown some goes on without them: an interval
    /// without requests is one of the trailing minute.
    private mutating func state(_ distribution: IntervalDistribution, _ key: Key, _ now: Double) {
        guard let descriptor = key.signal.timing, timings[key] == nil,
            stated[key] != nil || (!distribution.quantiles.isEmpty && hasRoom)
        else { return }
        stated[key, default: Stated(timing: StatedTiming(descriptor, key.labels.adding(own)), lastSeconds: now)]
            .timing.add(distribution)
        stated[key]?.lastSeconds = now
    }

    private var hasRoom: Bool {
        mutating get {
            if counters.count + timings.count + stated.count < Self.seriesMax { return true }
            droppedCount += 1
            return false
        }
    }

    /// The mean batch as a share of the largest, where the server does not say that share itself.
    private mutating func addEfficiency(_ readings: [SignalReading]) {
        guard let efficiency = ServiceSignal.batchEfficiency.descriptor, gauges[efficiency] == nil else { return }
        var largest: [LabelSet: Double] = [:]
        for reading in readings where reading.signal == .batchSizeMax {
            if case .number(let value) = reading.value { largest[reading.labels] = value }
        }
        for reading in readings where reading.signal == .batchSize {
            guard let mean = reading.mean, let size = largest[reading.labels] ?? batchSizeMax, size > 0
            else { continue }
            show(.batchEfficiency, reading.labels, mean / size)
        }
    }

    private mutating func forget(_ now: Double) {
        let patienceSeconds = patienceSeconds
        counters = counters.filter { now - $0.value.lastSeconds < patienceSeconds }
        timings = timings.filter { now - $0.value.lastSeconds < patienceSeconds }
        stated = stated.filter { now - $0.value.lastSeconds < patienceSeconds }
    }

    // MARK: What is shown

    mutating func endWindows(_ count: Int, windowsMax: Int, windowSeconds: Double) -> [SeriesStore.TimingWindows] {
        // One more than are kept: after a long standstill what was in progress before it is not of the last minute.
        let turns = min(count, windowsMax + 1)
        for key in stated.keys {
            for _ in 0..<turns {
                stated[key]?.timing.endWindow(windowsMax: windowsMax, windowSeconds: windowSeconds)
            }
        }
        return timings.keys.map { key in
            for _ in 0..<turns { timings[key]?.timing.endWindow(windowsMax: windowsMax) }
            return timings[key]!.timing.windows(windowSeconds: windowSeconds)
        }
    }

    /// Timings of which the service states the statistics itself, as of the last reading and the last finished windows.
    var statedTimings: [TimingSummary] {
        let own = own
        let answers = (last?.timings ?? []).map { timing in
            TimingSummary(
                timing: timing.timing, unit: timing.unit, labels: timing.labels.adding(own), summary: timing.summary)
        }
        return answers + stated.values.compactMap(\.timing.summary)
    }

    /// Adds this service's samples to the families.
    func show(in families: inout ServiceFamilies) {
        families.add(ServiceMetrics.info, own + [Label("url", url)], 1)
        guard let last else { return }
        families.add(ServiceMetrics.up, own, last.failure == nil ? 1 : 0)
        if let failure = last.failure {
            families.add(ServiceMetrics.failure, own + [Label("reason", failure.reason.rawValue)], 1)
        } else {
            families.add(ServiceMetrics.samples, own, Double(last.sampleCount))
        }
        families.add(ServiceMetrics.duration, own, last.seconds)
        families.add(ServiceMetrics.scrapes, own, Double(scrapeCount), createdSeconds)
        for (reason, count) in failureCounts {
            families.add(
                ServiceMetrics.failures, own + [Label("reason", reason.rawValue)], Double(count), createdSeconds)
        }
        families.add(ServiceMetrics.malformed, own, Double(malformedCount), createdSeconds)
        families.add(ServiceMetrics.dropped, own, Double(droppedCount), createdSeconds)
        families.add(ServiceMetrics.apiFailures, own, Double(apiFailureCount), createdSeconds)
        for (signal, remedy) in last.missing {
            let labels = [Label("signal", signal.rawValue), Label("switch", remedy)]
            families.add(ServiceMetrics.missing, own + labels, 1)
        }
        for (descriptor, samples) in gauges { families.add(descriptor, samples) }
        for (key, counted) in counters {
            guard let descriptor = key.signal.descriptor else { continue }
            families.add(
                descriptor, [Sample(key.labels.adding(own), counted.total, createdSeconds: counted.createdSeconds)])
        }
        for imported in timings.values { families.add(imported.timing.descriptor, [imported.timing.sample]) }
    }
}

/// Families in the making.
struct ServiceFamilies: Sendable {
    private var samples: [MetricDescriptor: [Sample]] = [:]

    mutating func add(_ descriptor: MetricDescriptor, _ labels: [Label], _ value: Double, _ created: Double? = nil) {
        samples[descriptor, default: []].append(Sample(LabelSet(labels), value, createdSeconds: created))
    }

    mutating func add(_ descriptor: MetricDescriptor, _ more: [Sample]) {
        samples[descriptor, default: []] += more
    }

    /// By name; in each the samples by their labels, so that a page differs from the last one in its values alone.
    var sorted: [MetricFamily] {
        samples.map { descriptor, samples in
            MetricFamily(descriptor, samples.sorted { $0.labels.isOrdered(before: $1.labels) })
        }
        .sorted { $0.descriptor.name < $1.descriptor.name }
    }
}

extension LabelSet {
    /// By names and values, label by label.
    func isOrdered(before other: LabelSet) -> Bool {
        labels.lexicographicallyPrecedes(other.labels) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
