/// The clocks of a GPU.
public enum NVMLClock: UInt32, Sendable, Hashable, CaseIterable {
    case graphics = 0
    case sm = 1
    case memory = 2
    case video = 3
}

/// What the driver samples by itself, several times a second.
public enum NVMLSampleKind: UInt32, Sendable, Hashable {
    /// Milliwatts.
    case power = 0
    /// Per cent.
    case gpuUtilization = 1
    case memoryUtilization = 2
    /// Megahertz.
    case smClock = 5
    case memoryClock = 6
}

/// Temperatures at which the GPU or its driver does something.
public enum NVMLTemperatureThreshold: UInt32, Sendable, Hashable, CaseIterable {
    case shutdown = 0
    case slowdown = 1
    case memoryMax = 2
    case gpuMax = 3
}

public enum NVMLDirection: UInt32, Sendable, Hashable, CaseIterable {
    case transmit = 0
    case receive = 1
}

public enum NVMLNVLinkError: UInt32, Sendable, Hashable, CaseIterable {
    case replay = 0
    case recovery = 1
    case crcFlit = 2
    case crcData = 3
    case eccData = 4
}

/// The functions that list a GPU's processes.
public enum NVMLProcessKind: String, Sendable, Hashable, CaseIterable {
    case compute = "Compute"
    case graphics = "Graphics"
    /// Of the multi-process service: clients that share one context.
    case mps = "MPSCompute"
}

/// Which version of a function is called; the structure that it fills goes with it.
public enum NVMLProcessForm: String, Sendable, Hashable, CaseIterable {
    case v3 = "_v3"
    case v2 = "_v2"
    case v1 = ""
}

public enum NVMLMemoryForm: String, Sendable, Hashable, CaseIterable {
    case v2 = "_v2"
    case v1 = ""
}

/// A question whose answer is one number.
public enum NVMLNumber: Sendable, Hashable {
    case clock(NVMLClock)
    case clockMax(NVMLClock)
    case applicationClock(NVMLClock)
    case defaultApplicationClock(NVMLClock)
    case clockReasons
    case supportedClockReasons
    /// The same under their names before CUDA 12.2.
    case throttleReasons
    case supportedThrottleReasons
    case powerUsage
    case enforcedPowerLimit
    case powerLimit
    case defaultPowerLimit
    case energy
    /// The GPU's temperature by the versioned function, by the one before, and its distance to the next threshold.
    case temperature
    case temperatureBefore
    case temperatureMargin
    case temperatureThreshold(NVMLTemperatureThreshold)
    case performanceState
    case persistenceMode
    case computeMode
    case pcieThroughput(NVMLDirection)
    case pcieReplays
    case pcieGeneration
    case pcieWidth
    case pcieGenerationMax
    case pcieWidthMax
    case eccErrors(isUncorrected: Bool, isSinceReboot: Bool)
    case retiredPagesPending
    case nvLinkState(link: UInt32)
    case nvLinkErrors(link: UInt32, NVMLNVLinkError)
    case encoderUtilization
    case decoderUtilization
    case jpegUtilization
    case ofaUtilization
    case migDeviceCountMax
    case gpuInstance
    case computeInstance
    case numaNode
    case interrupt
    case supportedEvents
}

/// A question whose answer is two numbers.
public enum NVMLPair: String, Sendable, Hashable {
    /// Per cent of the GPU's and of its memory's time.
    case utilization = "nvmlDeviceGetUtilizationRates"
    /// Current and pending; 1 is on.
    case migMode = "nvmlDeviceGetMigMode"
    case eccMode = "nvmlDeviceGetEccMode"
    /// Least and most that can be set, milliwatts.
    case powerLimits = "nvmlDeviceGetPowerManagementLimitConstraints"
}

/// A question whose answer is text.
public enum NVMLText: String, Sendable, Hashable {
    case name = "nvmlDeviceGetName"
    case uuid = "nvmlDeviceGetUUID"
    /// Like `00000000:3B:00.0`.
    case pciBusID = "nvmlDeviceGetPciInfo"
}
