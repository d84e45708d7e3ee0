internal import CSystem

extension NVMLLibrary {
    public func supportsPerformanceMetrics(_ device: NVMLDevice) throws(NVMLReturn) -> Bool {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_gpm_support>) -> Int32
        var support = csystem_nvml_gpm_support()
        support.version = UInt32(CSYSTEM_NVML_GPM_SUPPORT_V1)
        try check(try function("nvmlGpmQueryDeviceSupport", as: Function.self)(device.pointer, &support))
        return support.is_supported != 0
    }

    public func performanceSample(
        of device: NVMLDevice, gpuInstance: UInt32?
    ) throws(NVMLReturn) -> NVMLPerformanceSample {
        typealias Allocate = @convention(c) (UnsafeMutablePointer<OpaquePointer?>) -> Int32
        // Without a way to free it, none is made.
        _ = try function("nvmlGpmSampleFree", as: Free.self)
        var pointer: OpaquePointer?
        try check(try function("nvmlGpmSampleAlloc", as: Allocate.self)(&pointer))
        let sample = NVMLPerformanceSample(handle: UInt(bitPattern: pointer))
        do {
            try take(sample, of: device, gpuInstance: gpuInstance)
        } catch {
            free(sample)
            throw error
        }
        return sample
    }

    private func take(
        _ sample: NVMLPerformanceSample, of device: NVMLDevice, gpuInstance: UInt32?
    ) throws(NVMLReturn) {
        if let gpuInstance {
            typealias Get = @convention(c) (OpaquePointer?, UInt32, OpaquePointer?) -> Int32
            try check(try function("nvmlGpmMigSampleGet", as: Get.self)(device.pointer, gpuInstance, sample.pointer))
        } else {
            typealias Get = @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32
            try check(try function("nvmlGpmSampleGet", as: Get.self)(device.pointer, sample.pointer))
        }
    }

    private typealias Free = @convention(c) (OpaquePointer?) -> Int32

    public func free(_ sample: NVMLPerformanceSample) {
        guard let function = try? function("nvmlGpmSampleFree", as: Free.self) else { return }
        _ = function(sample.pointer)
    }

    public func performanceMetrics(
        _ metrics: [UInt32], from first: NVMLPerformanceSample, to second: NVMLPerformanceSample
    ) throws(NVMLReturn) -> [Double?] {
        typealias Function = @convention(c) (UnsafeMutablePointer<csystem_nvml_gpm_metrics>) -> Int32
        let function = try function("nvmlGpmMetricsGet", as: Function.self)
        let asked = metrics.prefix(Int(CSYSTEM_NVML_GPM_METRICS))
        let request = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<csystem_nvml_gpm_metrics>.size,
            alignment: MemoryLayout<csystem_nvml_gpm_metrics>.alignment)
        defer { request.deallocate() }
        request.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<csystem_nvml_gpm_metrics>.size)
        let head = request.assumingMemoryBound(to: csystem_nvml_gpm_metrics.self)
        head.pointee.version = UInt32(CSYSTEM_NVML_GPM_METRICS_V1)
        head.pointee.count = UInt32(asked.count)
        head.pointee.first = first.pointer
        head.pointee.second = second.pointer
        let entries = (request + MemoryLayout<csystem_nvml_gpm_metrics>.offset(of: \.metrics)!)
            .assumingMemoryBound(to: csystem_nvml_gpm_metric.self)
        for (index, metric) in asked.enumerated() { entries[index].metric = metric }
        try check(function(head))
        return asked.indices.map { entries[$0].result == 0 ? entries[$0].value : nil }
    }
}

extension NVMLPerformanceSample {
    var pointer: OpaquePointer? { OpaquePointer(bitPattern: handle) }
}
