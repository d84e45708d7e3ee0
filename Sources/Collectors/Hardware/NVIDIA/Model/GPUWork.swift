public import Platform

/// Who uses a GPU.
public struct GPUProcesses: Sendable, Equatable {
    /// By pid; a process that uses several instances has one entry for each.
    public var all: [GPUProcess] = []
    /// How many there are of each kind; a kind that could not be read is absent.
    public var counts: [NVMLProcessKind: Int] = [:]
    /// Shares of the engines, 0 to 1, since they were last read.
    public var utilization: [UInt32: GPUProcessUtilization] = [:]

    public init() {}
}

/// A process with memory on a GPU.
public struct GPUProcess: Sendable, Equatable {
    public var pid: UInt32
    public var instance: GPUInstance
    public var kinds: Set<NVMLProcessKind>
    /// nil where the driver does not know.
    public var memoryBytes: UInt64?

    public init(
        pid: UInt32, instance: GPUInstance = GPUInstance(), kinds: Set<NVMLProcessKind>, memoryBytes: UInt64? = nil
    ) {
        self.pid = pid
        self.instance = instance
        self.kinds = kinds
        self.memoryBytes = memoryBytes
    }
}

/// A process's share of the engines, 0 to 1.
public struct GPUProcessUtilization: Sendable, Equatable {
    public var sm: Double
    public var memory: Double
    public var encoder: Double
    public var decoder: Double

    public init(sm: Double, memory: Double, encoder: Double, decoder: Double) {
        self.sm = sm
        self.memory = memory
        self.encoder = encoder
        self.decoder = decoder
    }
}

/// Whether a GPU is divided, and into what.
public struct GPUMIG: Sendable, Equatable {
    public var isEnabled: Bool?
    /// Whether it will be after the next reset.
    public var isPending: Bool?
    public var instances: [GPUMIGInstance] = []

    public init() {}
}

/// A MIG instance.
public struct GPUMIGInstance: Sendable, Equatable {
    public var instance: GPUInstance
    /// `MIG-…`
    public var uuid: String?
    public var memory: NVMLMemory?
    public var multiprocessors: Int?
    public var performance: GPUPerformance?

    public init(
        instance: GPUInstance, uuid: String? = nil, memory: NVMLMemory? = nil, multiprocessors: Int? = nil,
        performance: GPUPerformance? = nil
    ) {
        self.instance = instance
        self.uuid = uuid
        self.memory = memory
        self.multiprocessors = multiprocessors
        self.performance = performance
    }
}

/// What the performance counters of Hopper and later say about a tenth of a second.
public struct GPUPerformance: Sendable, Equatable {
    /// 0 to 1.
    public var activity: [GPUActivity: Double]
    public var pcieBytesPerSecond: [NVMLDirection: Double]
    public var nvlinkBytesPerSecond: [NVMLDirection: Double]

    public init(
        activity: [GPUActivity: Double] = [:], pcieBytesPerSecond: [NVMLDirection: Double] = [:],
        nvlinkBytesPerSecond: [NVMLDirection: Double] = [:]
    ) {
        self.activity = activity
        self.pcieBytesPerSecond = pcieBytesPerSecond
        self.nvlinkBytesPerSecond = nvlinkBytesPerSecond
    }
}

public enum GPUActivity: String, Sendable, Hashable, CaseIterable {
    case graphics, sm
    /// Warps that were active, of those that would fit.
    case occupancy
    case tensor
    case memory
}
