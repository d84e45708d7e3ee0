import Platform

/// What is more than a number.
extension GPUUnitPass {
    /// The most processes of a GPU that are kept.
    static let processesMax = 1_024

    /// Reads one list into the readings.
    mutating func read(_ list: GPUList, _ signal: GPUSignal, _ handle: NVMLDevice) -> NVMLReturn {
        do {
            switch list {
            case .samples(let kind): return try samples(kind, handle)
            case .utilizationRates(let kind): try rates(kind, handle)
            case .memory(let form):
                unit.readings.memory = GPURange.checked(
                    try call("nvmlDeviceGetMemoryInfo") { nvml throws(NVMLReturn) in
                        try nvml.memory(form, of: handle)
                    })
            case .clockReasons(let number):
                unit.readings.clockReasons = GPUValue.mask(try mask(number, handle))
            case .supportedClockReasons(let number):
                unit.readings.supportedClockReasons = GPUValue.mask(try mask(number, handle))
            case .powerLimits: try powerLimits(handle)
            case .eccMode:
                let (current, pending) = try pair(.eccMode, handle)
                unit.readings.ecc.isEnabled = current == 1
                unit.readings.ecc.isPending = pending == 1
            case .mig: try mig(handle)
            case .processes(let kind, let form): try processes(kind, form, handle)
            case .processUtilization: try processUtilization(handle)
            case .cpuAffinity:
                unit.readings.locality.cpus = try call("nvmlDeviceGetCpuAffinity") { nvml throws(NVMLReturn) in
                    try nvml.cpuAffinity(of: handle)
                }
            case .performance: break
            }
            return .success
        } catch {
            return error
        }
    }

    mutating func clear(_ list: GPUList, isMomentary: Bool) {
        switch list {
        case .samples(let kind), .utilizationRates(let kind): clear(kind, isMomentary: isMomentary)
        case .memory: unit.readings.memory = nil
        case .clockReasons: unit.readings.clockReasons = nil
        case .supportedClockReasons: unit.readings.supportedClockReasons = nil
        case .powerLimits: (unit.readings.power.minLimitWatts, unit.readings.power.maxLimitWatts) = (nil, nil)
        case .eccMode: (unit.readings.ecc.isEnabled, unit.readings.ecc.isPending) = (nil, nil)
        case .mig: unit.readings.mig = GPUMIG()
        case .processes(let kind, _):
            unit.processLists[kind] = nil
            mergeProcesses()
        case .processUtilization: unit.readings.processes.utilization = [:]
        case .performance: unit.readings.performance = nil
        case .cpuAffinity: unit.readings.locality.cpus = nil
        }
    }

    func call<Value>(
        _ function: String, _ body: (any NVML) throws(NVMLReturn) -> Value
    ) throws(NVMLReturn) -> Value {
        try watch.during(function, gpu: unit.device.index) { () throws(NVMLReturn) in try body(nvml) }
    }

    func pair(_ question: NVMLPair, _ handle: NVMLDevice) throws(NVMLReturn) -> (UInt32, UInt32) {
        try call(question.rawValue) { nvml throws(NVMLReturn) in try nvml.pair(question, of: handle) }
    }

    private func mask(_ question: NVMLNumber, _ handle: NVMLDevice) throws(NVMLReturn) -> UInt64 {
        try call(question.symbol) { nvml throws(NVMLReturn) in try nvml.mask(question, of: handle) }
    }

    private mutating func powerLimits(_ handle: NVMLDevice) throws(NVMLReturn) {
        let (least, most) = try pair(.powerLimits, handle)
        unit.readings.power.minLimitWatts = GPUValue.checked(Double(least), 1e-3, in: GPURange.watts)
        unit.readings.power.maxLimitWatts = GPUValue.checked(Double(most), 1e-3, in: GPURange.watts)
    }

    // MARK: Processes

    private mutating func processes(
        _ kind: NVMLProcessKind, _ form: NVMLProcessForm, _ handle: NVMLDevice
    ) throws(NVMLReturn) {
        unit.processLists[kind] = try call("nvmlDeviceGet\(kind.rawValue)RunningProcesses") {
            nvml throws(NVMLReturn) in try nvml.processes(kind, form, of: handle)
        }
        mergeProcesses()
    }

    /// A process stands in several lists with the same memory.
    private mutating func mergeProcesses() {
        struct Key: Hashable {
            let pid: UInt32
            let instance: GPUInstance
        }
        var merged: [Key: GPUProcess] = [:]
        for kind in NVMLProcessKind.allCases {
            for process in unit.processLists[kind] ?? [] {
                let instance = GPUInstance(
                    gpuInstance: process.gpuInstance, computeInstance: process.computeInstance)
                let key = Key(pid: process.pid, instance: instance)
                guard merged[key] != nil || merged.count < Self.processesMax else { continue }
                var entry = merged[key] ?? GPUProcess(pid: process.pid, instance: instance, kinds: [])
                entry.kinds.insert(kind)
                let bytes = [entry.memoryBytes, process.memoryBytes].compactMap { $0 }
                entry.memoryBytes = bytes.filter(GPURange.memoryBytes.contains).max()
                merged[key] = entry
            }
        }
        unit.readings.processes.counts = unit.processLists.mapValues(\.count)
        unit.readings.processes.all = merged.values.sorted {
            ($0.pid, $0.instance.gpuInstance ?? 0, $0.instance.computeInstance ?? 0)
                < ($1.pid, $1.instance.gpuInstance ?? 0, $1.instance.computeInstance ?? 0)
        }
    }

    private mutating func processUtilization(_ handle: NVMLDevice) throws(NVMLReturn) {
        let seen = unit.processesSeen
        let samples = try GPUValue.newer(
            than: seen, looksBack: true, time: \.timestamp
        ) { since throws(NVMLReturn) in
            try call("nvmlDeviceGetProcessUtilization") { nvml throws(NVMLReturn) in
                try nvml.processUtilization(since: since, of: handle)
            }
        }
        unit.processesSeen = samples.map(\.timestamp).max() ?? seen
        var utilization: [UInt32: GPUProcessUtilization] = [:]
        let possible = samples.filter { max($0.sm, $0.memory, $0.encoder, $0.decoder) <= 100 }
        for (pid, own) in Dictionary(grouping: possible, by: \.pid).sorted(by: { $0.key < $1.key })
            .prefix(Self.processesMax)
        {
            func mean(_ share: (NVMLProcessUtilization) -> UInt32) -> Double {
                own.reduce(0) { $0 + Double(share($1)) } / Double(own.count) / 100
            }
            utilization[pid] = GPUProcessUtilization(
                sm: mean(\.sm), memory: mean(\.memory), encoder: mean(\.encoder), decoder: mean(\.decoder))
        }
        unit.readings.processes.utilization = utilization
    }
}
