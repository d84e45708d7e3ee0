import Platform
import Telemetry

extension GPUSamples {
    private typealias Families = NVIDIAFamilies

    /// What is read seldom.
    mutating func addSlow(_ readings: GPUReadings) {
        addLoad(readings)
        addHeat(readings)
        addClocks(readings)
        addPCIe(readings.pcie)
        add(readings.ecc)
        for (link, state) in readings.links.sorted(by: { $0.key < $1.key }) { add(state, link: String(link)) }
        add(Families.linkECCErrors, readings.linkECCErrors)
        add(readings.processes)
        add(readings.mig)
    }

    private mutating func addLoad(_ readings: GPUReadings) {
        for (engine, ratio) in readings.engineUtilization.inOrder {
            add(Families.engineUtilization, ratio, ("engine", engine.rawValue))
        }
        add(readings.performance, of: GPUInstance())
    }

    private mutating func add(_ memory: NVMLMemory?, of instance: GPUInstance) {
        guard let memory else { return }
        add(Families.memory, Double(memory.used), of: instance, ("kind", "used"))
        add(Families.memory, Double(memory.free), of: instance, ("kind", "free"))
        add(Families.memory, Double(memory.total), of: instance, ("kind", "total"))
        add(Families.memory, memory.reserved.map { Double($0) }, of: instance, ("kind", "reserved"))
    }

    private mutating func add(_ performance: GPUPerformance?, of instance: GPUInstance) {
        guard let performance else { return }
        for (kind, ratio) in performance.activity.inOrder {
            add(Families.activity, ratio, of: instance, ("unit", kind.rawValue))
        }
        for (direction, bytes) in performance.pcieBytesPerSecond.inOrder {
            add(Families.traffic, bytes, of: instance, ("bus", "pcie"), ("direction", direction.label))
        }
        for (direction, bytes) in performance.nvlinkBytesPerSecond.inOrder {
            add(Families.traffic, bytes, of: instance, ("bus", "nvlink"), ("direction", direction.label))
        }
    }

    private mutating func addHeat(_ readings: GPUReadings) {
        let (temperature, power) = (readings.temperature, readings.power)
        add(Families.margin, temperature.margin)
        for (threshold, celsius) in temperature.thresholds.inOrder {
            add(Families.threshold, celsius, ("threshold", threshold.label))
        }
        for (threshold, celsius) in temperature.limits.inOrder {
            add(Families.limit, celsius, ("threshold", threshold.label))
        }
        add(Families.powerLimit, power.limitWatts, ("kind", "enforced"))
        add(Families.powerLimit, power.defaultLimitWatts, ("kind", "default"))
        add(Families.powerLimit, power.minLimitWatts, ("kind", "min"))
        add(Families.powerLimit, power.maxLimitWatts, ("kind", "max"))
        add(Families.powerLimit, power.requestedLimitWatts, ("kind", "requested"))
    }

    private mutating func addClocks(_ readings: GPUReadings) {
        for (clock, values) in readings.clocks.inOrder {
            add(Families.clockMax, values.maxHertz, ("clock", clock.label))
            add(Families.clockApplication, values.applicationHertz, ("clock", clock.label))
            add(Families.clockDefault, values.defaultApplicationHertz, ("clock", clock.label))
        }
        add(Families.persistence, readings.persistenceMode)
        add(
            Families.computeMode, readings.computeMode.map { _ in 1 },
            ("mode", readings.computeMode.map(Self.computeMode) ?? ""))
    }

    private static func computeMode(_ mode: Double) -> String {
        switch mode {
        case 0: "default"
        case 1: "exclusive_thread"
        case 2: "prohibited"
        case 3: "exclusive_process"
        default: "other"
        }
    }

    private mutating func addPCIe(_ pcie: GPUPCIe) {
        add(Families.pcieGeneration, pcie.generation)
        add(Families.pcieGenerationMax, pcie.generationMax)
        add(Families.pcieWidth, pcie.width)
        add(Families.pcieWidthMax, pcie.widthMax)
        for (direction, bytes) in pcie.bytes.inOrder { add(Families.pcieBytes, bytes, ("direction", direction.label)) }
        for (direction, bytes) in pcie.bytesPerSecond.inOrder {
            add(Families.pcieThroughput, bytes, ("direction", direction.label))
        }
        add(Families.pcieReplays, pcie.replays)
        add(Families.pcieRecoveries, pcie.recoveries)
        for (error, count) in pcie.errors.inOrder { add(Families.pcieErrors, count, ("kind", error.rawValue)) }
    }

    private mutating func add(_ ecc: GPUECC) {
        add(Families.eccEnabled, ecc.isEnabled)
        add(Families.eccPending, ecc.isPending)
        add(Families.eccErrors, ecc.correctedErrors, ("kind", "corrected"), ("scope", "volatile"))
        add(Families.eccErrors, ecc.uncorrectedErrors, ("kind", "uncorrected"), ("scope", "volatile"))
        add(Families.eccErrors, ecc.correctedErrorsEver, ("kind", "corrected"), ("scope", "aggregate"))
        add(Families.eccErrors, ecc.uncorrectedErrorsEver, ("kind", "uncorrected"), ("scope", "aggregate"))
        add(Families.remappedRows, ecc.remappedRowsCorrectable, ("cause", "corrected"))
        add(Families.remappedRows, ecc.remappedRowsUncorrectable, ("cause", "uncorrected"))
        add(Families.remapPending, ecc.remapPending)
        add(Families.remapFailed, ecc.remapFailed)
        add(Families.retiredPages, ecc.retiredPagesSingleBit, ("cause", "single_bit"))
        add(Families.retiredPages, ecc.retiredPagesDoubleBit, ("cause", "double_bit"))
        add(Families.retiredPending, ecc.retiredPagesPending)
    }

    private mutating func add(_ link: GPULink, link name: String) {
        let label = ("link", name)
        add(Families.linkActive, link.state.map { $0 == 1 }, label)
        add(Families.linkLowPower, link.lowPower, label)
        for (error, count) in link.errors.inOrder { add(Families.linkErrors, count, label, ("kind", error.rawValue)) }
        for direction in NVMLDirection.allCases {
            let way = ("direction", direction.label)
            add(Families.linkBytes, link.dataBytes[direction], label, way, ("kind", "data"))
            add(Families.linkBytes, link.rawBytes[direction], label, way, ("kind", "raw"))
            add(Families.linkPackets, link.packets[direction], label, way)
        }
        add(Families.linkRecoveries, link.recoveriesSucceeded, label, ("outcome", "successful"))
        add(Families.linkRecoveries, link.recoveriesFailed, label, ("outcome", "failed"))
        add(Families.linkRecoveryEvents, link.recoveries, label)
    }

    private mutating func add(_ processes: GPUProcesses) {
        for (kind, count) in processes.counts.inOrder { add(Families.processes, Double(count), ("type", kind.label)) }
        for process in processes.all {
            add(
                Families.processMemory, process.memoryBytes.map { Double($0) }, of: process.instance,
                ("pid", String(process.pid)))
        }
        for (pid, shares) in processes.utilization.sorted(by: { $0.key < $1.key }) {
            let pid = ("pid", String(pid))
            add(Families.processUtilization, shares.sm, pid, ("engine", "sm"))
            add(Families.processUtilization, shares.memory, pid, ("engine", "memory"))
            add(Families.processUtilization, shares.encoder, pid, ("engine", "encoder"))
            add(Families.processUtilization, shares.decoder, pid, ("engine", "decoder"))
        }
    }

    private mutating func add(_ mig: GPUMIG) {
        add(Families.migEnabled, mig.isEnabled)
        add(Families.migPending, mig.isPending)
        for instance in mig.instances {
            add(Families.migInfo, 1, of: instance.instance, ("uuid", instance.uuid ?? ""))
            add(Families.multiprocessors, instance.multiprocessors.map { Double($0) }, of: instance.instance)
            add(instance.memory, of: instance.instance)
            // Counters are those of the GPU instance, whatever compute instances it has.
            add(instance.performance, of: GPUInstance(gpuInstance: instance.instance.gpuInstance))
        }
    }
}

extension NVMLClock {
    /// The word in labels.
    var label: String {
        switch self {
        case .graphics: "graphics"
        case .sm: "sm"
        case .memory: "memory"
        case .video: "video"
        }
    }
}

extension NVMLDirection {
    /// The word in labels.
    var label: String {
        switch self {
        case .transmit: "transmit"
        case .receive: "receive"
        }
    }
}

extension Dictionary where Key: CaseIterable {
    /// In the order of the cases: what is exposed has the same order on every pass.
    var inOrder: [(Key, Value)] { Key.allCases.compactMap { key in self[key].map { (key, $0) } } }
}
