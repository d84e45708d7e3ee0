internal import Collectors
internal import Logging
internal import Platform

/// The GPUs' own threads, as the configuration wants them.
extension Daemon {
    static func gpuMonitor(_ hardware: HardwareConfiguration, log: Logging.Logger) -> GPUMonitor {
        GPUMonitor(
            library: hardware.collector(GPUMonitor.collectorID).library, clock: HostClock.monotonicSeconds,
            unixClock: HostClock.unixSeconds,
            onNote: { note in
                log.log(
                    level: note.level == .info ? .info : .warning, "\(note.message)",
                    metadata: ["collector": "\(note.collector)"])
            })
    }

    /// Starts, goes on with another interval, or stops.
    static func ask(_ gpus: GPUMonitor, _ hardware: HardwareConfiguration) throws(DaemonThread.StartError) {
        guard hardware.collector(GPUMonitor.collectorID).enabled else { return gpus.stop(isFinal: false) }
        let interval = hardware.interval(of: GPUMonitor.collectorID, default: GPUMonitor.defaultInterval)
        try gpus.start(intervalSeconds: interval.inSeconds)
    }
}
