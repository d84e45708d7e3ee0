import Telemetry

/// A collector that is enabled: its schedule and the results of its last pass.
struct CollectorSlot: Sendable {
    /// The most kinds of errors that are logged for one collector.
    static let notedKindsMax = 64

    let id: String
    var interval: Duration
    var due: Duration
    private(set) var state = CollectorState.waiting
    private(set) var families: [MetricFamily] = []
    private(set) var errorCount: UInt64 = 0
    private(set) var durationSeconds = 0.0

    private let descriptors: [MetricDescriptor]
    private var collector: any Collector
    private var noted: Set<String> = []

    init(_ type: any Collector.Type, interval: Duration, due: Duration) {
        id = type.id
        descriptors = type.descriptors
        collector = type.init()
        self.interval = interval
        self.due = due
    }

    /// Runs one pass. Returns what should be logged.
    mutating func run(on host: CollectorHost, clock: () -> Duration) -> [CollectorNote] {
        var sampling = Sampling(host: host, descriptors: descriptors)
        let begin = clock()
        var failure: CollectorError?
        do {
            try collector.collect(&sampling)
        } catch {
            failure = error
        }
        durationSeconds = max(0, (clock() - begin) / .seconds(1))
        return take(sampling, failure)
    }

    /// Plans the next pass on the grid of intervals; passes that were missed are not made up for.
    mutating func schedule(after now: Duration) {
        due += interval
        if due <= now { due = now + interval }
    }

    private mutating func take(_ sampling: Sampling, _ failure: CollectorError?) -> [CollectorNote] {
        errorCount += sampling.errorCount + (failure == nil ? 0 : 1)
        families = failure == nil ? sampling.families : []
        let isEmpty = families.isEmpty && sampling.errorCount == 0
        state = failure != nil ? .failing : isEmpty ? .absent : .collecting

        var notes: [CollectorNote] = []
        if state == .absent, noted.insert("absent").inserted {
            notes.append(
                CollectorNote(collector: id, level: .info, message: "collector \(id): nothing to read on this host"))
        }
        if let failure, isNew(failure) {
            notes.append(warning("cannot work, all its samples are absent", failure))
        }
        for error in sampling.errors where isNew(error) {
            notes.append(warning("a sample is absent", error))
        }
        return notes
    }

    private mutating func isNew(_ error: CollectorError) -> Bool {
        noted.count < Self.notedKindsMax && noted.insert(error.kind).inserted
    }

    private func warning(_ effect: String, _ error: CollectorError) -> CollectorNote {
        CollectorNote(
            collector: id, level: .warning,
            message:
                "collector \(id): \(effect): \(error) (logged once, then counted in latencyd_collector_errors_total)")
    }
}
