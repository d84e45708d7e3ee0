import Telemetry

/// One family's samples while a pass collects them: each label set once.
///
/// Passes mostly give the same label sets in the same order. As long as this one does, its sets are as distinct as
/// those of the pass before, and nothing needs hashing; collectors that keep their label sets make the comparison one
/// of addresses.
struct CollectedFamily: Sendable {
    private(set) var family: MetricFamily
    private var previous: [Sample] = []
    /// All label sets so far; nil while they are those of the pass before.
    private var labelSets: Set<LabelSet>?

    init(_ descriptor: MetricDescriptor) { family = MetricFamily(descriptor) }

    /// Begins the next pass.
    mutating func begin() {
        swap(&previous, &family.samples)
        family.samples.removeAll(keepingCapacity: true)
        family.samples.reserveCapacity(previous.count)
        labelSets = nil
    }

    /// False when there is a sample with the same labels already.
    mutating func append(_ sample: Sample) -> Bool {
        guard isNew(sample.labels) else { return false }
        family.samples.append(sample)
        return true
    }

    private mutating func isNew(_ labels: LabelSet) -> Bool {
        if labelSets == nil {
            let place = family.samples.count
            if place < previous.count, previous[place].labels == labels { return true }
            labelSets = Set(family.samples.lazy.map(\.labels))
        }
        return labelSets?.insert(labels).inserted ?? false
    }
}
