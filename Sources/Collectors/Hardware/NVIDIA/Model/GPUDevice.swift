/// One GPU.
public struct GPUDevice: Sendable, Equatable {
    /// NVML's index, the value of the label `gpu`. In the order of PCI addresses.
    public var index: Int
    public var condition: GPUCondition
    /// What happened and what helps; nil when the condition is ok.
    public var message: String?
    /// nil where the driver did not say; a lost GPU keeps what was known.
    public var identity: GPUIdentity
    /// What was last read; nil when the GPU is lost, and when the driver hangs: old values are no values.
    public var readings: GPUReadings?
    public var events: GPUEvents
    public var signals: GPUSignalSummary

    public init(
        index: Int, condition: GPUCondition = .ok, message: String? = nil, identity: GPUIdentity = GPUIdentity(),
        readings: GPUReadings? = nil, events: GPUEvents = GPUEvents(), signals: GPUSignalSummary = GPUSignalSummary()
    ) {
        self.index = index
        self.condition = condition
        self.message = message
        self.identity = identity
        self.readings = readings
        self.events = events
        self.signals = signals
    }
}

/// Whether a GPU can be asked.
public enum GPUCondition: String, Sendable, Hashable, CaseIterable {
    case ok
    /// It fell off the bus, or must be reset. It is not asked any more.
    case lost
    case noPermission = "no_permission"
    /// The driver lists it and does not hand it out.
    case unavailable
}

/// What a GPU is.
public struct GPUIdentity: Sendable, Equatable {
    /// `GPU-…`
    public var uuid: String?
    public var name: String?
    /// Like `00000000:3B:00.0`.
    public var pciBusID: String?

    public init(uuid: String? = nil, name: String? = nil, pciBusID: String? = nil) {
        self.uuid = uuid
        self.name = name
        self.pciBusID = pciBusID
    }
}

/// How many signals of a GPU are asked for.
public struct GPUSignalSummary: Sendable, Equatable {
    /// By how each stands.
    public var counts: [GPUSignalStanding: Int]
    /// The signals that this process may not read.
    public var denied: [String]

    public init(counts: [GPUSignalStanding: Int] = [:], denied: [String] = []) {
        self.counts = counts
        self.denied = denied
    }
}

/// How a signal of a GPU stands.
public enum GPUSignalStanding: String, Sendable, Hashable, CaseIterable {
    case asked
    /// This GPU, or its driver, does not have it. Not asked again.
    case unsupported
    /// This process may not read it. Not asked again.
    case denied
    /// It failed; asked ever more seldom.
    case failing
}

/// What happened on a GPU since the daemon asks.
public struct GPUEvents: Sendable, Equatable {
    /// The driver's errors.
    public var xids: [GPUXid]
    /// How many events of each kind.
    public var counts: [GPUEventKind: UInt64]

    public init(xids: [GPUXid] = [], counts: [GPUEventKind: UInt64] = [:]) {
        self.xids = xids
        self.counts = counts
    }
}

/// How often an error of the driver was seen, and when last.
public struct GPUXid: Sendable, Equatable {
    public var xid: UInt64
    public var instance: GPUInstance
    public var count: UInt64
    /// When the count began, at the first one; Unix seconds.
    public var firstSeenSeconds: Double
    /// Unix seconds.
    public var lastSeenSeconds: Double

    public init(
        xid: UInt64, instance: GPUInstance = GPUInstance(), count: UInt64, firstSeenSeconds: Double,
        lastSeenSeconds: Double
    ) {
        self.xid = xid
        self.instance = instance
        self.count = count
        self.firstSeenSeconds = firstSeenSeconds
        self.lastSeenSeconds = lastSeenSeconds
    }
}

/// A part of a GPU under MIG; both nil for the GPU as a whole.
public struct GPUInstance: Sendable, Hashable {
    public var gpuInstance: UInt32?
    public var computeInstance: UInt32?

    public init(gpuInstance: UInt32? = nil, computeInstance: UInt32? = nil) {
        self.gpuInstance = gpuInstance
        self.computeInstance = computeInstance
    }
}

public enum GPUEventKind: String, Sendable, Hashable, CaseIterable {
    case xid
    case clock
    case performanceState = "performance_state"
    case eccCorrected = "ecc_corrected"
    case eccUncorrected = "ecc_uncorrected"
    case powerSource = "power_source"
    case other
}
