/// A GPU or a MIG instance as NVML names it. Valid until NVML is shut down.
public struct NVMLDevice: Sendable, Hashable {
    /// The library's pointer as a number: it is only handed back to the library.
    public let handle: UInt

    public init(handle: UInt) { self.handle = handle }
}

/// A field of `nvmlDeviceGetFieldValues`, of one part of the device where it has parts.
///
/// Ids above 250 mean different things in different releases of the driver and are never asked for.
public struct NVMLField: Sendable, Hashable {
    public static let idMax: UInt32 = 250
    public let id: UInt32
    /// The link, for fields of NVLink; else 0.
    public let scope: UInt32

    public init(_ id: UInt32, scope: UInt32 = 0) {
        precondition((1...Self.idMax).contains(id), "a field whose meaning changes between releases")
        self.id = id
        self.scope = scope
    }
}

/// The memory of a GPU, in bytes.
public struct NVMLMemory: Sendable, Hashable {
    public var total: UInt64
    public var free: UInt64
    /// As the library counts: the first form includes what is reserved.
    public var used: UInt64
    /// The driver's and the firmware's own; nil where only the first form is there.
    public var reserved: UInt64?

    public init(total: UInt64, free: UInt64, used: UInt64, reserved: UInt64? = nil) {
        self.total = total
        self.free = free
        self.used = used
        self.reserved = reserved
    }
}

/// One of the driver's own samples.
public struct NVMLSample: Sendable, Hashable {
    /// Microseconds of the driver's clock; only for asking what came since.
    public var timestamp: UInt64
    public var value: Double

    public init(timestamp: UInt64, value: Double) {
        self.timestamp = timestamp
        self.value = value
    }
}

/// A process that uses a GPU.
public struct NVMLProcess: Sendable, Hashable {
    public var pid: UInt32
    /// nil where the driver does not know.
    public var memoryBytes: UInt64?
    /// nil outside MIG.
    public var gpuInstance: UInt32?
    public var computeInstance: UInt32?

    public init(pid: UInt32, memoryBytes: UInt64?, gpuInstance: UInt32? = nil, computeInstance: UInt32? = nil) {
        self.pid = pid
        self.memoryBytes = memoryBytes
        self.gpuInstance = gpuInstance
        self.computeInstance = computeInstance
    }
}

/// A process's share of a GPU's engines in one of the driver's samples, per cent.
public struct NVMLProcessUtilization: Sendable, Hashable {
    public var pid: UInt32
    public var timestamp: UInt64
    public var sm: UInt32
    public var memory: UInt32
    public var encoder: UInt32
    public var decoder: UInt32

    public init(pid: UInt32, timestamp: UInt64, sm: UInt32, memory: UInt32, encoder: UInt32, decoder: UInt32) {
        self.pid = pid
        self.timestamp = timestamp
        self.sm = sm
        self.memory = memory
        self.encoder = encoder
        self.decoder = decoder
    }
}

/// Something that happened on a GPU.
public struct NVMLEvent: Sendable, Hashable {
    public var device: NVMLDevice
    /// One bit of ``NVMLEventType``.
    public var type: UInt64
    /// The Xid for ``NVMLEventType/xid``.
    public var data: UInt64
    /// nil outside MIG.
    public var gpuInstance: UInt32?
    public var computeInstance: UInt32?

    public init(
        device: NVMLDevice, type: UInt64, data: UInt64 = 0, gpuInstance: UInt32? = nil, computeInstance: UInt32? = nil
    ) {
        self.device = device
        self.type = type
        self.data = data
        self.gpuInstance = gpuInstance
        self.computeInstance = computeInstance
    }
}

/// The kinds of events, one bit each.
public enum NVMLEventType {
    public static let eccCorrected: UInt64 = 0x1
    public static let eccUncorrected: UInt64 = 0x2
    public static let performanceState: UInt64 = 0x4
    public static let xid: UInt64 = 0x8
    public static let clock: UInt64 = 0x10
    public static let powerSource: UInt64 = 0x80
}

/// A set of events that is waited for.
public struct NVMLEventSet: Sendable, Hashable {
    public let handle: UInt

    public init(handle: UInt) { self.handle = handle }
}

/// A snapshot of a GPU's performance counters, which two make a metric. To be freed soon.
public struct NVMLPerformanceSample: Sendable, Hashable {
    public let handle: UInt

    public init(handle: UInt) { self.handle = handle }
}
