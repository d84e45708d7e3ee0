import Platform
import Telemetry

/// NVIDIA's GPUs, from the latest snapshot of whoever asks the driver.
///
/// The collector calls no driver itself, and so is never held up by one. Source: NVML, NVIDIA's management library.
struct NVIDIACollector: Collector {
    static let id = "nvidia"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = NVIDIAFamilies.all

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let snapshot = sampling.host.gpus.snapshot()
        // A host without NVIDIA's driver has no samples at all.
        guard snapshot.driver.isExpected else { return }
        addDriver(snapshot.driver, &sampling)
        for device in snapshot.devices {
            var samples = GPUSamples(gpu: device.index)
            samples.addDevice(device, snapshot.driver)
            if let readings = device.readings { samples.add(readings) }
            samples.add(device.events)
            for sample in samples.all { sampling.add(sample.descriptor, sample.labels, sample.value) }
        }
    }

    private func addDriver(_ driver: GPUDriverStatus, _ sampling: inout Sampling) {
        for state in GPUDriverState.allCases {
            sampling.add(NVIDIAFamilies.driverState, ["state": state.rawValue], state == driver.state ? 1 : 0)
        }
        for state in GPUEventsState.allCases {
            sampling.add(NVIDIAFamilies.eventsState, ["state": state.rawValue], state == driver.events ? 1 : 0)
        }
        sampling.add(NVIDIAFamilies.hanging, [:], driver.hangingCall?.lastedSeconds ?? 0)
    }
}
