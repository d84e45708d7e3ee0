internal import CSystem

extension NVMLLibrary {
    public func text(_ question: NVMLText, of device: NVMLDevice) throws(NVMLReturn) -> String {
        if question == .pciBusID { return try pciBusID(of: device) }
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>, UInt32) -> Int32
        let function = try function(question.rawValue, as: Function.self)
        return try Self.text { function(device.pointer, $0, $1) }
    }

    private func pciBusID(of device: NVMLDevice) throws(NVMLReturn) -> String {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_pci_info>) -> Int32
        var info = csystem_nvml_pci_info()
        // The first version writes a smaller structure, whose text stands elsewhere.
        let symbols = ("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2")
        try check(try function(symbols.0, symbols.1, as: Function.self)(device.pointer, &info))
        let current = withUnsafeBytes(of: info.bus_id) { Self.text($0.bindMemory(to: CChar.self)) }
        return current.isEmpty
            ? withUnsafeBytes(of: info.bus_id_legacy) { Self.text($0.bindMemory(to: CChar.self)) } : current
    }

    public func number(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> Double {
        switch question.shape {
        case .temperature: return try temperature(of: device)
        case .margin: return try margin(of: device)
        default: return Double(try mask(question, of: device))
        }
    }

    public func mask(_ question: NVMLNumber, of device: NVMLDevice) throws(NVMLReturn) -> UInt64 {
        let symbol = question.symbol
        var small: UInt32 = 0
        var large: UInt64 = 0
        switch question.shape {
        case .int32 where question.hasPeriod:
            typealias Function =
                @convention(c) (
                    OpaquePointer?, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>
                ) -> Int32
            var period: UInt32 = 0
            try check(try function(symbol, as: Function.self)(device.pointer, &small, &period))
        case .int32:
            typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt32>) -> Int32
            try check(try function(symbol, as: Function.self)(device.pointer, &small))
        case .argument(let argument):
            typealias Function = @convention(c) (OpaquePointer?, UInt32, UnsafeMutablePointer<UInt32>) -> Int32
            try check(try function(symbol, as: Function.self)(device.pointer, argument, &small))
        case .int64:
            typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt64>) -> Int32
            try check(try function(symbol, as: Function.self)(device.pointer, &large))
        case .arguments(let first, let second):
            typealias Function = @convention(c) (OpaquePointer?, UInt32, UInt32, UnsafeMutablePointer<UInt64>) -> Int32
            try check(try function(symbol, as: Function.self)(device.pointer, first, second, &large))
        case .temperature, .margin:
            throw .invalidArgument
        }
        return large == 0 ? UInt64(small) : large
    }

    private func temperature(of device: NVMLDevice) throws(NVMLReturn) -> Double {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_temperature_v1>) -> Int32
        var temperature = csystem_nvml_temperature_v1()
        temperature.version = UInt32(CSYSTEM_NVML_TEMPERATURE_V1)
        try check(try function("nvmlDeviceGetTemperatureV", as: Function.self)(device.pointer, &temperature))
        return try Self.celsius(temperature.celsius)
    }

    /// All bits set stand for "not known", as where numbers have no sign.
    static func celsius(_ value: Int32) throws(NVMLReturn) -> Double {
        guard value != -1 else { throw .noData }
        return Double(value)
    }

    private func margin(of device: NVMLDevice) throws(NVMLReturn) -> Double {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_margin_v1>) -> Int32
        var margin = csystem_nvml_margin_v1()
        margin.version = UInt32(CSYSTEM_NVML_MARGIN_V1)
        try check(try function("nvmlDeviceGetMarginTemperature", as: Function.self)(device.pointer, &margin))
        return Double(margin.celsius)
    }

    public func pair(_ question: NVMLPair, of device: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32) {
        if question == .utilization { return try utilization(of: device) }
        typealias Function =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>
            ) -> Int32
        var pair: (UInt32, UInt32) = (0, 0)
        try check(try function(question.rawValue, as: Function.self)(device.pointer, &pair.0, &pair.1))
        return pair
    }

    private func utilization(of device: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32) {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_utilization>) -> Int32
        var rates = csystem_nvml_utilization()
        try check(try function(NVMLPair.utilization.rawValue, as: Function.self)(device.pointer, &rates))
        return (rates.gpu, rates.memory)
    }

    public func memory(_ form: NVMLMemoryForm, of device: NVMLDevice) throws(NVMLReturn) -> NVMLMemory {
        let symbol = "nvmlDeviceGetMemoryInfo" + form.rawValue
        switch form {
        case .v2:
            typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_memory_v2>) -> Int32
            var memory = csystem_nvml_memory_v2()
            memory.version = UInt32(CSYSTEM_NVML_MEMORY_V2)
            try check(try function(symbol, as: Function.self)(device.pointer, &memory))
            return NVMLMemory(total: memory.total, free: memory.free, used: memory.used, reserved: memory.reserved)
        case .v1:
            typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_memory_v1>) -> Int32
            var memory = csystem_nvml_memory_v1()
            try check(try function(symbol, as: Function.self)(device.pointer, &memory))
            return NVMLMemory(total: memory.total, free: memory.free, used: memory.used)
        }
    }

    public func cpuAffinity(of device: NVMLDevice) throws(NVMLReturn) -> [Int] {
        typealias Function = @convention(c) (OpaquePointer?, UInt32, UnsafeMutablePointer<UInt>) -> Int32
        let function = try function("nvmlDeviceGetCpuAffinity", as: Function.self)
        var words = [UInt](repeating: 0, count: Self.cpusMax / UInt.bitWidth)
        try check(words.withUnsafeMutableBufferPointer { function(device.pointer, UInt32($0.count), $0.baseAddress!) })
        return words.indices.flatMap { word in
            (0..<UInt.bitWidth).filter { words[word] >> $0 & 1 == 1 }.map { word * UInt.bitWidth + $0 }
        }
    }

    public func migDevice(at index: Int, of device: NVMLDevice) throws(NVMLReturn) -> NVMLDevice {
        typealias Function = @convention(c) (OpaquePointer?, UInt32, UnsafeMutablePointer<OpaquePointer?>) -> Int32
        var instance: OpaquePointer?
        let function = try function("nvmlDeviceGetMigDeviceHandleByIndex", as: Function.self)
        try check(function(device.pointer, UInt32(clamping: index), &instance))
        return NVMLDevice(instance)
    }

    public func multiprocessorCount(of device: NVMLDevice) throws(NVMLReturn) -> Int {
        typealias Function = @convention(c) (OpaquePointer?, UnsafeMutablePointer<csystem_nvml_attributes>) -> Int32
        var attributes = csystem_nvml_attributes()
        // The first version fills the same structure.
        let symbols = ("nvmlDeviceGetAttributes_v2", "nvmlDeviceGetAttributes")
        try check(try function(symbols.0, symbols.1, as: Function.self)(device.pointer, &attributes))
        return Int(attributes.multiprocessors)
    }
}
