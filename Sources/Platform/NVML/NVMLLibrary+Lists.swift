internal import CSystem

extension NVMLLibrary {
    public func fields(
        _ fields: [NVMLField], of device: NVMLDevice
    ) throws(NVMLReturn) -> [Result<Double, NVMLReturn>] {
        typealias Function =
            @convention(c) (
                OpaquePointer?, Int32, UnsafeMutablePointer<csystem_nvml_field_value>
            ) -> Int32
        guard !fields.isEmpty else { return [] }
        let function = try function("nvmlDeviceGetFieldValues", as: Function.self)
        var values = fields.map { field in
            var value = csystem_nvml_field_value()
            value.field = field.id
            value.scope = field.scope
            // What the library does not touch is no value.
            value.result = NVMLReturn.noData.rawValue
            return value
        }
        try check(
            values.withUnsafeMutableBufferPointer { function(device.pointer, Int32($0.count), $0.baseAddress!) })
        return values.map { value in
            guard value.result == 0 else { return .failure(NVMLReturn(rawValue: value.result)) }
            return Self.number(value.value, type: value.type).map { .success($0) } ?? .failure(.noData)
        }
    }

    /// nil for a type that this version does not know.
    static func number(_ value: csystem_nvml_value, type: Int32) -> Double? {
        switch type {
        case 0: value.number
        case 1: Double(value.unsigned_int)
        case 2: Double(value.unsigned_long)
        case 3: Double(value.unsigned_long_long)
        case 4: Double(value.signed_long_long)
        case 5: Double(value.signed_int)
        case 6: Double(value.unsigned_short)
        default: nil
        }
    }

    /// The most samples that are taken at once. The driver keeps about 120.
    static let samplesMax = 1_024

    public func samples(
        _ kind: NVMLSampleKind, since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLSample] {
        typealias Function =
            @convention(c) (
                OpaquePointer?, UInt32, UInt64, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<UInt32>,
                UnsafeMutablePointer<csystem_nvml_sample>?
            ) -> Int32
        let function = try function("nvmlDeviceGetSamples", as: Function.self)
        var type: Int32 = 1
        let samples = try NVMLBuffer.fill(
            of: csystem_nvml_sample(), capacity: 128, capacityMax: Self.samplesMax
        ) { buffer, count in
            function(device.pointer, kind.rawValue, timestamp, &type, &count, buffer)
        }
        return samples.compactMap { sample in
            Self.number(sample.value, type: type).map { NVMLSample(timestamp: sample.timestamp, value: $0) }
        }
    }

    /// The most processes of a GPU that are listed.
    static let processesMax = 4_096

    public func processes(
        _ kind: NVMLProcessKind, _ form: NVMLProcessForm, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcess] {
        let symbol = "nvmlDeviceGet\(kind.rawValue)RunningProcesses\(form.rawValue)"
        switch form {
        case .v3, .v2:
            return try list(symbol, csystem_nvml_process_v2(), of: device).map {
                NVMLProcess(
                    pid: $0.pid, memoryBytes: Self.known($0.memory_bytes), gpuInstance: Self.known($0.gpu_instance),
                    computeInstance: Self.known($0.compute_instance))
            }
        case .v1:
            return try list(symbol, csystem_nvml_process_v1(), of: device).map {
                NVMLProcess(pid: $0.pid, memoryBytes: Self.known($0.memory_bytes))
            }
        }
    }

    private func list<Item>(
        _ symbol: String, _ empty: Item, of device: NVMLDevice
    ) throws(NVMLReturn) -> [Item] {
        typealias Function =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<UInt32>, UnsafeMutableRawPointer?
            ) -> Int32
        let function = try function(symbol, as: Function.self)
        return try NVMLBuffer.fill(of: empty, capacity: 64, capacityMax: Self.processesMax) { buffer, count in
            function(device.pointer, &count, buffer)
        }
    }

    /// The largest number stands for "not known".
    static func known<Number: FixedWidthInteger>(_ number: Number) -> Number? { number == .max ? nil : number }

    public func processUtilization(
        since timestamp: UInt64, of device: NVMLDevice
    ) throws(NVMLReturn) -> [NVMLProcessUtilization] {
        typealias Function =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<csystem_nvml_process_utilization>?, UnsafeMutablePointer<UInt32>,
                UInt64
            ) -> Int32
        let function = try function("nvmlDeviceGetProcessUtilization", as: Function.self)
        let samples = try NVMLBuffer.fill(
            of: csystem_nvml_process_utilization(), capacity: 128, capacityMax: Self.processesMax
        ) { buffer, count in
            function(device.pointer, buffer, &count, timestamp)
        }
        return samples.map {
            NVMLProcessUtilization(
                pid: $0.pid, timestamp: $0.timestamp, sm: $0.sm, memory: $0.memory, encoder: $0.encoder,
                decoder: $0.decoder)
        }
    }
}
