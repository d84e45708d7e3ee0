import Platform

/// A GPU and what must be remembered of it from pass to pass.
struct GPUUnit {
    var device: GPUDevice
    /// nil while the driver does not hand the GPU out.
    var handle: NVMLDevice?
    var book: GPUSignalBook
    let linkCount: Int
    /// The time of the last of the driver's samples, and when that was read.
    var samplesSeen: [NVMLSampleKind: (timestamp: UInt64, atSeconds: Double)] = [:]
    var processesSeen: UInt64 = 0
    var processLists: [NVMLProcessKind: [NVMLProcess]] = [:]
    /// nil until asked.
    var hasPerformanceMetrics: Bool?

    init(device: GPUDevice, handle: NVMLDevice?, linkCount: Int = 0) {
        self.device = device
        self.handle = handle
        self.linkCount = linkCount
        book = GPUSignalBook(GPUSignalTable.signals(linkCount: linkCount))
    }

    var readings: GPUReadings {
        get { device.readings ?? GPUReadings() }
        set { device.readings = newValue }
    }

    /// `GPU 0 (NVIDIA H100)`, for the log.
    var title: String { "GPU \(device.index)" + (device.identity.name.map { " (\($0))" } ?? "") }

    /// It is not asked any more.
    mutating func lose(_ code: NVMLReturn) {
        device.condition = .lost
        device.readings = nil
        let remedy =
            code == .resetRequired ? "reset it (nvidia-smi --gpu-reset)" : "look for Xid errors in the kernel log"
        device.message = "\(code); not asked any more until latencyd is restarted; \(remedy)"
    }

    /// Everything is asked for anew: what a GPU has changes with MIG.
    mutating func forgetSignals() {
        book = GPUSignalBook(GPUSignalTable.signals(linkCount: linkCount))
        hasPerformanceMetrics = nil
        let identity = device.identity
        device.readings = GPUReadings()
        device.identity = identity
    }
}
