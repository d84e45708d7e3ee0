import Telemetry

/// A collector that is enabled: its schedule and the results of its last pass.
struct CollectorSlot: Sendable {
    /// The most kinds of errors that are logged for one collector.
    static let notedKindsMax = 64
    /// How often a collector finds out anew what exists on the host.
    static let discoveryInterval = Duration.seconds(60)

    let id: String
    var interval: Duration
    var due: Duration
    private(set) var report: CollectorReport

    private let descriptors: [MetricDescriptor]
    private var collector: any Collector
    private var sampling: Sampling?
    /// When the collector has to find out anew what exists; nil: in the next pass.
    private var discoveryDue: Duration?
    /// Errors of the last pass in what is read every time.
    private var readErrorCount: UInt64 = 0
    /// Errors that were met when it was last found out what exists.
    private var findingErrorCount: UInt64 = 0
    private var noted: Set<String> = []

    init(_ type: any Collector.Type, interval: Duration, due: Duration) {
        id = type.id
        report = CollectorReport(type.id)
        descriptors = type.descriptors
        collector = type.init()
        self.interval = interval
        self.due = due
    }

    /// Runs one pass. Returns what should be logged.
    mutating func run(on host: CollectorHost, clock: () -> Duration) -> [CollectorNote] {
        let begin = clock()
        let looksAnew = discoveryDue.map { $0 <= begin } ?? true
        if looksAnew { discoveryDue = begin + Self.discoveryInterval }
        // Taken out while it is used, so that its arrays have one owner and are not copied.
        var sampling = self.sampling.take() ?? Sampling(host: host, descriptors: descriptors)
        sampling.begin(on: host, looksAnew: looksAnew)
        var failure: CollectorError?
        do {
            try collector.collect(&sampling)
        } catch {
            failure = error
        }
        planDiscovery(after: sampling, isFailed: failure != nil)
        let notes = take(sampling, failure)
        self.sampling = sampling
        report.durationSeconds = max(0, (clock() - begin) / .seconds(1))
        return notes
    }

    /// Plans the next pass on the grid of intervals; passes that were missed are not made up for.
    mutating func schedule(after now: Duration) {
        due += interval
        if due <= now { due = now + interval }
    }

    /// A pass that met more or fewer errors than the one before speaks of devices that came or went.
    private mutating func planDiscovery(after sampling: Sampling, isFailed: Bool) {
        if sampling.looksAnew { findingErrorCount = sampling.findingErrorCount }
        let readErrors = sampling.errorCount - sampling.findingErrorCount
        if isFailed || readErrors != readErrorCount { discoveryDue = nil }
        readErrorCount = readErrors
    }

    private mutating func take(_ sampling: Sampling, _ failure: CollectorError?) -> [CollectorNote] {
        report.errorCount += sampling.errorCount + (failure == nil ? 0 : 1)
        report.families = failure == nil ? sampling.families : []
        let isEmpty = report.families.isEmpty && sampling.errorCount == 0 && findingErrorCount == 0
        report.state = failure != nil ? .failing : isEmpty ? .absent : .collecting

        var notes: [CollectorNote] = []
        if report.state == .absent, noted.insert("absent").inserted {
            notes.append(
                CollectorNote(collector: id, level: .info, message: "collector \(id): nothing to read on this host"))
        }
        if let failure, isNew(failure) {
            notes.append(warning("cannot work, all its samples are absent", failure))
        }
        for error in sampling.errors where isNew(error) {
            notes.append(warning("a sample is absent", error))
        }
        for (kind, message) in sampling.remarks.sorted(by: { $0.key < $1.key })
        where noted.count < Self.notedKindsMax && noted.insert(kind).inserted {
            notes.append(CollectorNote(collector: id, level: .info, message: "collector \(id): \(message)"))
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
