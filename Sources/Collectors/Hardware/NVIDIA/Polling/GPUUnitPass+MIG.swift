import Platform

extension GPUUnitPass {
    /// The most MIG instances of a GPU that are listed.
    static let migInstancesMax = 64

    /// Whether the GPU is divided, and into what. Utilisation of instances is not to be had; their counters are, see
    /// ``GPUPerformance``.
    mutating func mig(_ handle: NVMLDevice) throws(NVMLReturn) {
        let (current, pending) = try call("nvmlDeviceGetMigMode") { nvml throws(NVMLReturn) in
            try nvml.pair(.migMode, of: handle)
        }
        var mig = GPUMIG()
        mig.isEnabled = current == 1
        mig.isPending = pending == 1
        if current == 1 {
            let count = try call("nvmlDeviceGetMaxMigDeviceCount") { nvml throws(NVMLReturn) in
                try nvml.number(.migDeviceCountMax, of: handle)
            }
            for index in 0..<min(Int(count), Self.migInstancesMax) {
                if let instance = try migInstance(at: index, handle) { mig.instances.append(instance) }
            }
        }
        unit.readings.mig = mig
    }

    /// nil where there is none at this index.
    private func migInstance(at index: Int, _ handle: NVMLDevice) throws(NVMLReturn) -> GPUMIGInstance? {
        let device: NVMLDevice
        do {
            device = try call("nvmlDeviceGetMigDeviceHandleByIndex") { nvml throws(NVMLReturn) in
                try nvml.migDevice(at: index, of: handle)
            }
        } catch {
            guard Self.endsTheGPU(error) else { return nil }
            throw error
        }
        // Without its ids an instance cannot be told from others.
        guard
            let gpuInstance = try own(
                NVMLNumber.gpuInstance.symbol, { nvml throws(NVMLReturn) in try nvml.number(.gpuInstance, of: device) }),
            let computeInstance = try own(
                NVMLNumber.computeInstance.symbol,
                { nvml throws(NVMLReturn) in try nvml.number(.computeInstance, of: device) })
        else { return nil }
        var memory = try own("nvmlDeviceGetMemoryInfo") { nvml throws(NVMLReturn) in try nvml.memory(.v2, of: device) }
        if memory == nil {
            memory = try own("nvmlDeviceGetMemoryInfo") { nvml throws(NVMLReturn) in try nvml.memory(.v1, of: device) }
        }
        return GPUMIGInstance(
            instance: GPUInstance(
                gpuInstance: UInt32(exactly: gpuInstance), computeInstance: UInt32(exactly: computeInstance)),
            uuid: try own("nvmlDeviceGetUUID") { nvml throws(NVMLReturn) in try nvml.text(.uuid, of: device) },
            memory: memory,
            multiprocessors: try own("nvmlDeviceGetAttributes") { nvml throws(NVMLReturn) in
                try nvml.multiprocessorCount(of: device)
            })
    }

    /// A value of an instance; nil where it does not have it.
    private func own<Value>(
        _ function: String, _ body: (any NVML) throws(NVMLReturn) -> Value
    ) throws(NVMLReturn) -> Value? {
        do {
            return try call(function, body)
        } catch {
            guard Self.endsTheGPU(error) else { return nil }
            throw error
        }
    }

    /// Whether the whole GPU, or the driver, is concerned.
    static func endsTheGPU(_ code: NVMLReturn) -> Bool {
        switch NVMLMeaning(code) {
        case .deviceLost, .driverGone, .mismatch: true
        default: false
        }
    }
}
