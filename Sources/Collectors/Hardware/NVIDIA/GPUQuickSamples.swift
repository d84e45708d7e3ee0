import Platform
import Telemetry

/// The samples of one GPU that are made in each pass. Their label sets are made once: where and what a GPU is hardly
/// ever changes.
struct GPUQuickSamples: Sendable {
    private typealias Families = NVIDIAFamilies

    private struct Identity: Equatable, Sendable {
        let gpu: GPUIdentity
        let driverVersion: String?
    }

    private struct Place: Equatable, Sendable {
        let pciBusID: String?
        let cpus: [Int]?
        let interrupt: Double?
    }

    private struct Reasons: Equatable, Sendable {
        let mask: UInt64
        let supported: UInt64?
    }

    private let gpu: String
    private let own: LabelSet
    private var info = GPUMade<Identity, LabelSet>()
    private var place = GPUMade<Place, LabelSet?>()
    private var reasons = GPUMade<Reasons, [(labels: LabelSet, value: Double)]>()
    private var xids = GPUMade<[GPUXid], [GPUSamples.Entry]>()
    private var conditions: GPULabels<GPUCondition>
    private var standings: GPULabels<GPUSignalStanding>
    private var denied: GPULabels<String>
    private var eventKinds: GPULabels<GPUEventKind>
    private var memoryKinds: GPULabels<String>
    private var sensors: GPULabels<String>
    private var clocks: GPULabels<NVMLClock>
    private var causes: GPULabels<GPUThrottleCause>

    init(gpu index: Int) {
        gpu = String(index)
        own = ["gpu": gpu]
        conditions = GPULabels(own, "condition")
        standings = GPULabels(own, "state")
        denied = GPULabels(own, "signal") { $0 }
        eventKinds = GPULabels(own, "kind")
        memoryKinds = GPULabels(own, "kind") { $0 }
        sensors = GPULabels(own, "sensor") { $0 }
        clocks = GPULabels(own, "clock", \.label)
        causes = GPULabels(own, "reason")
    }

    mutating func add(_ device: GPUDevice, driverVersion: String?, to sampling: inout Sampling) {
        addState(device, driverVersion: driverVersion, &sampling)
        if let readings = device.readings {
            addPlace(device.identity, readings.locality, &sampling)
            addLoad(readings, &sampling)
            addHeat(readings, &sampling)
            addClocks(readings, &sampling)
        }
        add(device.events, &sampling)
    }

    // MARK: The device

    private mutating func addState(_ device: GPUDevice, driverVersion: String?, _ sampling: inout Sampling) {
        let info = info(Identity(gpu: device.identity, driverVersion: driverVersion)) { [gpu] identity in
            GPUSamples.labels(
                gpu,
                [
                    ("uuid", identity.gpu.uuid ?? ""), ("name", identity.gpu.name ?? ""),
                    ("driver", identity.driverVersion ?? ""),
                ])
        }
        sampling.add(Families.info, info, 1)
        sampling.add(Families.lost, own, device.condition == .lost ? 1 : 0)
        for condition in GPUCondition.allCases {
            sampling.add(Families.condition, conditions[condition], condition == device.condition ? 1 : 0)
        }
        for (standing, count) in device.signals.counts.inOrder {
            sampling.add(Families.signals, standings[standing], Double(count))
        }
        for signal in device.signals.denied { sampling.add(Families.denied, denied[signal], 1) }
    }

    private mutating func addPlace(_ identity: GPUIdentity, _ locality: GPULocality, _ sampling: inout Sampling) {
        let found = Place(pciBusID: identity.pciBusID, cpus: locality.cpus, interrupt: locality.interrupt)
        let labels = place(found) { [gpu] place in
            let known = [
                place.pciBusID.map { ("pci_bus_id", $0) }, place.cpus.map { ("cpus", CPUList.text($0)) },
                place.interrupt.map { ("irq", String(Int($0))) },
            ].compactMap { $0 }
            return known.isEmpty ? nil : GPUSamples.labels(gpu, known)
        }
        if let labels { sampling.add(Families.locality, labels, 1) }
        add(Families.numaNode, own, locality.numaNode, &sampling)
    }

    private mutating func add(_ events: GPUEvents, _ sampling: inout Sampling) {
        let xids = xids(events.xids) { [gpu] xids in
            var samples = GPUSamples(gpu: gpu)
            samples.add(xids)
            return samples.all
        }
        for sample in xids {
            sampling.add(sample.descriptor, sample.labels, sample.value, createdSeconds: sample.createdSeconds)
        }
        for (kind, count) in events.counts.inOrder {
            sampling.add(Families.eventCounts, eventKinds[kind], Double(count))
        }
    }

    // MARK: What was read

    /// Nothing for what is absent.
    private func add(
        _ descriptor: MetricDescriptor, _ labels: @autoclosure () -> LabelSet, _ value: Double?,
        _ sampling: inout Sampling
    ) {
        if let value { sampling.add(descriptor, labels(), value) }
    }

    private mutating func addLoad(_ readings: GPUReadings, _ sampling: inout Sampling) {
        add(Families.utilization, own, readings.utilization?.mean, &sampling)
        add(Families.utilizationMax, own, readings.utilization?.max, &sampling)
        add(Families.memoryUtilization, own, readings.memoryUtilization?.mean, &sampling)
        add(Families.memoryUtilizationMax, own, readings.memoryUtilization?.max, &sampling)
        guard let memory = readings.memory else { return }
        sampling.add(Families.memory, memoryKinds["used"], Double(memory.used))
        sampling.add(Families.memory, memoryKinds["free"], Double(memory.free))
        sampling.add(Families.memory, memoryKinds["total"], Double(memory.total))
        if let reserved = memory.reserved { sampling.add(Families.memory, memoryKinds["reserved"], Double(reserved)) }
    }

    private mutating func addHeat(_ readings: GPUReadings, _ sampling: inout Sampling) {
        let (temperature, power) = (readings.temperature, readings.power)
        if let celsius = temperature.gpu { sampling.add(Families.temperature, sensors["gpu"], celsius) }
        if let celsius = temperature.memory { sampling.add(Families.temperature, sensors["memory"], celsius) }
        add(Families.power, own, power.watts, &sampling)
        add(Families.powerAverage, own, power.averageWatts, &sampling)
        add(Families.powerSampledMin, own, power.sampled?.min, &sampling)
        add(Families.powerSampledMax, own, power.sampled?.max, &sampling)
        add(Families.energy, own, power.energyJoules, &sampling)
    }

    private mutating func addClocks(_ readings: GPUReadings, _ sampling: inout Sampling) {
        for (clock, values) in readings.clocks.inOrder {
            let labels = clocks[clock]
            add(Families.clock, labels, values.hertz, &sampling)
            add(Families.clockSampledMin, labels, values.sampled?.min, &sampling)
            add(Families.clockSampledMax, labels, values.sampled?.max, &sampling)
        }
        if let mask = readings.clockReasons {
            let found = Reasons(mask: mask, supported: readings.supportedClockReasons)
            let reasons = reasons(found) { [gpu] found in
                GPUClockReason.active(found.mask, supported: found.supported).map { reason, isActive in
                    (GPUSamples.labels(gpu, [("reason", reason)]), isActive ? 1.0 : 0.0)
                }
            }
            for reason in reasons { sampling.add(Families.throttleActive, reason.labels, reason.value) }
        }
        for (cause, seconds) in readings.throttleSeconds.inOrder {
            sampling.add(Families.throttled, causes[cause], seconds)
        }
        add(Families.performanceState, own, readings.performanceState, &sampling)
    }
}
