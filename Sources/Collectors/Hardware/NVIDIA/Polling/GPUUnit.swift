import Platform

/// A GPU and what must be remembered of it from pass to pass.
struct GPUUnit {
    /// Without its readings.
    var device: GPUDevice
    /// What was read while the GPU can be asked. Beside the device, for what is in an optional is copied to be changed.
    var readings = GPUReadings()
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

    private init(_ book: GPUSignalBook) {
        device = GPUDevice(index: -1)
        linkCount = 0
        self.book = book
    }

    /// Stands where one was taken out.
    static let none = GPUUnit(GPUSignalBook([]))

    /// As it is shown to others.
    var shown: GPUDevice {
        var device = device
        if device.condition == .ok { device.readings = readings }
        return device
    }

    /// `GPU 0 (NVIDIA H100)`, for the log.
    var title: String { "GPU \(device.index)" + (device.identity.name.map { " (\($0))" } ?? "") }

    /// It is not asked any more.
    mutating func lose(_ code: NVMLReturn) {
        device.condition = .lost
        readings = GPUReadings()
        let remedy =
            code == .resetRequired ? "reset it (nvidia-smi --gpu-reset)" : "look for Xid errors in the kernel log"
        device.message =
            "\(code); not asked any more until latencyd is restarted or its collector nvidia switched off and on;"
            + " \(remedy)"
    }

    /// Everything is asked for anew: what a GPU has changes with MIG.
    mutating func forgetSignals() {
        book = GPUSignalBook(GPUSignalTable.signals(linkCount: linkCount))
        hasPerformanceMetrics = nil
        readings = GPUReadings()
    }
}
