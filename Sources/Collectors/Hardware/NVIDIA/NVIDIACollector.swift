import Platform
import Telemetry

/// NVIDIA's GPUs, from the latest snapshot of whoever asks the driver.
///
/// The collector calls no driver itself, and so is never held up by one. Source: NVML, NVIDIA's management library.
struct NVIDIACollector: Collector {
    static let id = "nvidia"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = NVIDIAFamilies.all

    private static let driverStates = GPUDriverState.allCases.map { ($0, ["state": $0.rawValue] as LabelSet) }
    private static let eventsStates = GPUEventsState.allCases.map { ($0, ["state": $0.rawValue] as LabelSet) }
    private static let host = LabelSet([])

    /// By GPU.
    private var quick: [Int: GPUQuickSamples] = [:]
    /// The samples of what is read seldom, by GPU, as of when it was read.
    private var kept: [Int: (readAtSeconds: [Double], samples: [GPUSamples.Entry])] = [:]
    private var placement = GPUProcessPlacement()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let snapshot = sampling.host.gpus.snapshot()
        // A host without NVIDIA's driver has no samples at all.
        guard snapshot.driver.isExpected else {
            (quick, kept) = ([:], [:])
            return
        }
        addDriver(snapshot.driver, &sampling)
        placement.begin()
        for device in snapshot.devices {
            quick[device.index, default: GPUQuickSamples(gpu: device.index)]
                .add(device, driverVersion: snapshot.driver.driverVersion, to: &sampling)
            for sample in try slow(device, &sampling) {
                sampling.add(sample.descriptor, sample.labels, sample.value)
            }
        }
    }

    /// Most samples, those of links above all, are read every 10 s: they are made then, not in each pass.
    private mutating func slow(
        _ device: GPUDevice, _ sampling: inout Sampling
    ) throws(CollectorError) -> [GPUSamples.Entry] {
        guard let readings = device.readings else {
            kept[device.index] = nil
            return []
        }
        let readAtSeconds = [readings.slowReadAtSeconds, readings.steadyReadAtSeconds]
        if let kept = kept[device.index], kept.readAtSeconds == readAtSeconds { return kept.samples }
        var samples = GPUSamples(gpu: String(device.index))
        samples.addSlow(readings)
        for (pid, ratio) in try placement.remoteShares(readings, &sampling) {
            samples.add(NVIDIAFamilies.processRemoteCPUs, ratio, ("pid", String(pid)))
        }
        // Samples of one family one after the other are handed over fastest.
        let sorted = Self.byFamily(samples.all)
        kept[device.index] = (readAtSeconds, sorted)
        return sorted
    }

    private static func byFamily(_ samples: [GPUSamples.Entry]) -> [GPUSamples.Entry] {
        var families: [MetricDescriptor: [GPUSamples.Entry]] = [:]
        for sample in samples { families[sample.descriptor, default: []].append(sample) }
        return descriptors.flatMap { families[$0] ?? [] }
    }

    private func addDriver(_ driver: GPUDriverStatus, _ sampling: inout Sampling) {
        for (state, labels) in Self.driverStates {
            sampling.add(NVIDIAFamilies.driverState, labels, state == driver.state ? 1 : 0)
        }
        for (state, labels) in Self.eventsStates {
            sampling.add(NVIDIAFamilies.eventsState, labels, state == driver.events ? 1 : 0)
        }
        sampling.add(NVIDIAFamilies.hanging, Self.host, driver.hangingCall?.lastedSeconds ?? 0)
    }
}
