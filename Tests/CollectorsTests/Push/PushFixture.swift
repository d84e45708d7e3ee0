import Telemetry

@testable import Collectors

/// An ingestor that takes text, and what it has taken.
struct PushFixture {
    var ingestor: PushIngestor

    init(options: PushOptions = PushOptions()) {
        ingestor = PushIngestor(store: SeriesStore(limits: options.limits), options: options, seed: 42)
    }

    mutating func push(_ text: String, sender: Int32 = 1, uid: UInt32 = 0, now: Double = 0) {
        push(Array(text.utf8), sender: sender, uid: uid, now: now)
    }

    mutating func push(_ bytes: [UInt8], isCut: Bool = false, sender: Int32 = 1, uid: UInt32 = 0, now: Double = 0) {
        ingestor.ingest(
            packet: bytes.span, isCut: isCut, sender: Sender(pid: sender, uid: uid),
            at: PushTime(monotonicSeconds: now, unixSeconds: 1_000))
    }

    var families: [String: MetricFamily] {
        var families = PushedFamilies()
        ingestor.store.snapshot(slots: 0..<ingestor.store.slotCount, into: &families)
        return Dictionary(uniqueKeysWithValues: families.sorted.map { ($0.descriptor.name, $0) })
    }

    /// The value of a counter or gauge.
    func number(_ name: String, _ labels: LabelSet = [:]) -> Double? {
        guard case .number(let value) = sample(name, labels)?.value else { return nil }
        return value
    }

    func histogram(_ name: String, _ labels: LabelSet = [:]) -> HistogramSnapshot? {
        guard case .histogram(let snapshot) = sample(name, labels)?.value else { return nil }
        return snapshot
    }

    func sample(_ name: String, _ labels: LabelSet = [:]) -> Sample? {
        families[name]?.samples.first { $0.labels == labels }
    }

    /// Counts by reason, those that are not zero.
    var malformed: [MalformedReason: UInt64] {
        var counts: [MalformedReason: UInt64] = [:]
        for reason in MalformedReason.allCases where ingestor.counters[reason] > 0 {
            counts[reason] = ingestor.counters[reason]
        }
        return counts
    }

    var dropped: [DropReason: UInt64] {
        var counts: [DropReason: UInt64] = [:]
        for reason in DropReason.allCases where ingestor.counters[reason] > 0 {
            counts[reason] = ingestor.counters[reason]
        }
        return counts
    }
}
