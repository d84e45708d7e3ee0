import Platform
import Telemetry

/// Samples of one GPU that are made when something was read anew, and kept until then.
struct GPUSamples {
    struct Entry: Sendable {
        let descriptor: MetricDescriptor
        let labels: LabelSet
        let value: Double
        /// When a counter began; nil where it is not known.
        var createdSeconds: Double?
    }

    private(set) var all: [Entry] = []
    private let gpu: String

    init(gpu: String) { self.gpu = gpu }

    /// Nothing for what is absent.
    mutating func add(_ descriptor: MetricDescriptor, _ value: Double?, _ labels: (String, String)...) {
        if let value { append(descriptor, value, labels) }
    }

    mutating func add(_ descriptor: MetricDescriptor, _ isTrue: Bool?, _ labels: (String, String)...) {
        if let isTrue { append(descriptor, isTrue ? 1 : 0, labels) }
    }

    /// With the labels of a MIG instance, where it is one.
    mutating func add(
        _ descriptor: MetricDescriptor, _ value: Double?, of instance: GPUInstance, _ labels: (String, String)...
    ) {
        guard let value else { return }
        var labels = labels
        if let id = instance.gpuInstance { labels.append(("gpu_instance", String(id))) }
        if let id = instance.computeInstance { labels.append(("compute_instance", String(id))) }
        append(descriptor, value, labels)
    }

    private mutating func append(_ descriptor: MetricDescriptor, _ value: Double, _ labels: [(String, String)]) {
        all.append(Entry(descriptor: descriptor, labels: Self.labels(gpu, labels), value: value))
    }

    /// Without those that are empty.
    static func labels(_ gpu: String, _ labels: [(String, String)]) -> LabelSet {
        LabelSet([Label("gpu", gpu)] + labels.filter { !$0.1.isEmpty }.map { Label($0.0, $0.1) })
    }

    mutating func add(_ xids: [GPUXid]) {
        for xid in xids {
            add(NVIDIAFamilies.xids, Double(xid.count), of: xid.instance, ("xid", String(xid.xid)))
            // A counter that is there from its first error on: without its beginning nobody could tell one error from
            // none.
            all[all.count - 1].createdSeconds = xid.firstSeenSeconds
            add(NVIDIAFamilies.xidLastSeen, xid.lastSeenSeconds, of: xid.instance, ("xid", String(xid.xid)))
        }
    }
}
