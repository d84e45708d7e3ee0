import Platform

extension GPUUnitPass {
    /// Whether the GPU has performance metrics, which is found out once.
    mutating func askPerformance(_ handle: NVMLDevice) -> NVMLReturn {
        if let known = unit.hasPerformanceMetrics { return known ? .success : .notSupported }
        do {
            let has = try call("nvmlGpmQueryDeviceSupport") { nvml throws(NVMLReturn) in
                try nvml.supportsPerformanceMetrics(handle)
            }
            unit.hasPerformanceMetrics = has
            return has ? .success : .notSupported
        } catch {
            return error
        }
    }
}

/// Performance metrics: two samples of each GPU, a tenth of a second apart. No sample outlives the pass.
extension GPUPoller {
    /// NVML wants more than 100 ms between two samples.
    static let performancePauseSeconds = 0.12

    /// A sample that waits for its second.
    private struct Begun {
        let unit: Int
        let handle: NVMLDevice
        let gpuInstance: UInt32?
        let sample: NVMLPerformanceSample
    }

    mutating func readPerformance(
        at now: Double, intervalSeconds: Double, pause: (Double) -> Bool
    ) throws(GPUPassFailure) {
        var begun: [Begun] = []
        var codes: [Int: NVMLReturn] = [:]
        for (unit, _) in performanceDue where units[unit].device.condition == .ok {
            units[unit].readings.performance = nil
            for instance in targets(unit) {
                do {
                    begun.append(try begin(unit, instance))
                    codes[unit] = .success
                } catch {
                    if codes[unit] == nil { codes[unit] = error }
                }
            }
        }
        defer { for entry in begun { nvml.free(entry.sample) } }
        if !begun.isEmpty, !pause(Self.performancePauseSeconds) { return }
        for entry in begun {
            do {
                put(try finish(entry), entry)
            } catch {
                codes[entry.unit] = error
            }
        }
        for (unit, signal) in performanceDue {
            guard let code = codes[unit] else { continue }
            switch units[unit].book.record(code, for: signal, at: now, intervalSeconds: intervalSeconds) {
            case .deviceLost(let code): units[unit].lose(code)
            case .driverGone, .mismatch: throw GPUPassFailure(function: "nvmlGpmSampleGet", code: code)
            case .take, .none, .askOtherwise: break
            }
        }
    }

    /// The GPU as a whole, and its GPU instances.
    private func targets(_ unit: Int) -> [UInt32?] {
        let instances = Set(units[unit].readings.mig.instances.compactMap(\.instance.gpuInstance))
        return [nil] + instances.sorted().map { $0 }
    }

    private func begin(_ unit: Int, _ instance: UInt32?) throws(NVMLReturn) -> Begun {
        guard let handle = units[unit].handle else { throw .notFound }
        return Begun(
            unit: unit, handle: handle, gpuInstance: instance, sample: try sample(unit, handle, instance))
    }

    private func sample(_ unit: Int, _ handle: NVMLDevice, _ instance: UInt32?) throws(NVMLReturn)
        -> NVMLPerformanceSample
    {
        try watch.during("nvmlGpmSampleGet", gpu: units[unit].device.index) { () throws(NVMLReturn) in
            try nvml.performanceSample(of: handle, gpuInstance: instance)
        }
    }

    private func finish(_ begun: Begun) throws(NVMLReturn) -> GPUPerformance {
        let second = try sample(begun.unit, begun.handle, begun.gpuInstance)
        defer { nvml.free(second) }
        let values = try watch.during("nvmlGpmMetricsGet", gpu: units[begun.unit].device.index) {
            () throws(NVMLReturn) in
            try nvml.performanceMetrics(GPUPerformance.metrics, from: begun.sample, to: second)
        }
        return GPUPerformance(values)
    }

    private mutating func put(_ performance: GPUPerformance, _ begun: Begun) {
        guard let instance = begun.gpuInstance else {
            units[begun.unit].readings.performance = performance
            return
        }
        // Counters are those of the GPU instance: all its compute instances have the same ones, so one tells them.
        let instances = units[begun.unit].readings.mig.instances
        if let index = instances.firstIndex(where: { $0.instance.gpuInstance == instance }) {
            units[begun.unit].readings.mig.instances[index].performance = performance
        }
    }
}

extension GPUPerformance {
    /// The ids of the metrics, in the order of ``init(_:)``.
    static let metrics: [UInt32] = [1, 2, 3, 5, 10, 20, 21, 60, 61]

    /// Per cent, and mebibytes per second.
    init(_ values: [Double?]) {
        func value(_ index: Int) -> Double? {
            values.indices.contains(index) ? values[index].flatMap { $0.isFinite && $0 >= 0 ? $0 : nil } : nil
        }
        func bytes(_ index: Int) -> Double? { value(index).map { $0 * 1_048_576 } }
        self.init()
        for (index, kind) in GPUActivity.allCases.enumerated() { activity[kind] = value(index).flatMap(GPUValue.ratio) }
        pcieBytesPerSecond[.transmit] = bytes(5)
        pcieBytesPerSecond[.receive] = bytes(6)
        nvlinkBytesPerSecond[.receive] = bytes(7)
        nvlinkBytesPerSecond[.transmit] = bytes(8)
    }
}
