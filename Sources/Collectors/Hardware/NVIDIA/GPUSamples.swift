import Platform
import Telemetry

/// The samples of one GPU.
struct GPUSamples {
    struct Entry {
        let descriptor: MetricDescriptor
        let labels: LabelSet
        let value: Double
        /// When a counter began; nil where it is not known.
        var createdSeconds: Double?
    }

    private(set) var all: [Entry] = []
    private let gpu: String

    init(gpu: Int) { self.gpu = String(gpu) }

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
        var set = [Label("gpu", gpu)]
        for (name, value) in labels where !value.isEmpty { set.append(Label(name, value)) }
        all.append(Entry(descriptor: descriptor, labels: LabelSet(set), value: value))
    }

    // MARK: The device

    mutating func addDevice(_ device: GPUDevice, _ driver: GPUDriverStatus) {
        let identity = device.identity
        add(
            NVIDIAFamilies.info, 1, ("uuid", identity.uuid ?? ""), ("name", identity.name ?? ""),
            ("driver", driver.driverVersion ?? ""))
        add(NVIDIAFamilies.lost, device.condition == .lost)
        for condition in GPUCondition.allCases {
            add(NVIDIAFamilies.condition, condition == device.condition, ("condition", condition.rawValue))
        }
        for (standing, count) in device.signals.counts.inOrder {
            add(NVIDIAFamilies.signals, Double(count), ("state", standing.rawValue))
        }
        for signal in device.signals.denied { add(NVIDIAFamilies.denied, 1, ("signal", signal)) }
        if let readings = device.readings {
            let locality = readings.locality
            let places = [
                identity.pciBusID, locality.cpus.map(CPUList.text), locality.interrupt.map { String(Int($0)) },
            ]
            if places.contains(where: { $0 != nil }) {
                add(
                    NVIDIAFamilies.locality, 1, ("pci_bus_id", places[0] ?? ""), ("cpus", places[1] ?? ""),
                    ("irq", places[2] ?? ""))
            }
            add(NVIDIAFamilies.numaNode, locality.numaNode)
        }
    }

    mutating func add(_ events: GPUEvents) {
        for xid in events.xids {
            add(NVIDIAFamilies.xids, Double(xid.count), of: xid.instance, ("xid", String(xid.xid)))
            // A counter that is there from its first error on: without its beginning nobody could tell one error from
            // none.
            all[all.count - 1].createdSeconds = xid.firstSeenSeconds
            add(NVIDIAFamilies.xidLastSeen, xid.lastSeenSeconds, of: xid.instance, ("xid", String(xid.xid)))
        }
        for (kind, count) in events.counts.inOrder {
            add(NVIDIAFamilies.eventCounts, Double(count), ("kind", kind.rawValue))
        }
    }
}
