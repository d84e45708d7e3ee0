public import Platform

/// What one GPU last answered. A nil is what it does not have, may not be read, or did not come this time.
public struct GPUReadings: Sendable, Equatable {
    /// When the quick signals were read, seconds of the monotonic clock.
    public var readAtSeconds = 0.0
    /// The same of the slow ones, and of what hardly ever changes.
    public var slowReadAtSeconds = 0.0
    public var steadyReadAtSeconds = 0.0

    public var utilization: GPUUtilization?
    public var memoryUtilization: GPUUtilization?
    /// 0 to 1.
    public var engineUtilization: [GPUEngine: Double] = [:]
    public var memory: NVMLMemory?
    public var temperature = GPUTemperature()
    public var power = GPUPower()
    public var clocks: [NVMLClock: GPUClock] = [:]
    /// Bits of ``GPUClockReason``: why the clocks are not at their highest.
    public var clockReasons: UInt64?
    public var supportedClockReasons: UInt64?
    /// Time since the driver was loaded.
    public var throttleSeconds: [GPUThrottleCause: Double] = [:]
    /// 0 (fastest) to 15; nil when the driver does not know.
    public var performanceState: Double?
    /// 1 when the driver stays loaded without clients.
    public var persistenceMode: Double?
    /// 0 shared, 2 prohibited, 3 one process.
    public var computeMode: Double?
    public var pcie = GPUPCIe()
    public var ecc = GPUECC()
    public var links: [Int: GPULink] = [:]
    /// Errors of data over all NVLinks, as the driver adds them up.
    public var linkECCErrors: Double?
    public var processes = GPUProcesses()
    public var mig = GPUMIG()
    /// Of the GPU as a whole, Hopper and later.
    public var performance: GPUPerformance?
    public var locality = GPULocality()

    public init() {}

    /// One of ``clocks``; one of which nothing is known, where it is not there.
    public subscript(clock clock: NVMLClock) -> GPUClock {
        get { clocks[clock] ?? GPUClock() }
        set { clocks[clock] = newValue }
    }

    /// One of ``links``, likewise.
    public subscript(link link: Int) -> GPULink {
        get { links[link] ?? GPULink() }
        set { links[link] = newValue }
    }

    /// Whether somebody fixed the clocks (application clocks or locked clocks); nil when the driver does not say.
    public var areClocksSet: Bool? { clockReasons.map { $0 & 0x2 != 0 } }
    /// Whether the driver stays loaded without clients; nil when it does not say.
    public var isPersistent: Bool? { persistenceMode.map { $0 == 1 } }
}

/// How busy something was since the last pass, 0 to 1.
public struct GPUUtilization: Sendable, Equatable {
    public var mean: Double
    /// The busiest of the driver's own samples; nil where it gives none.
    public var max: Double?

    public init(mean: Double, max: Double? = nil) {
        self.mean = mean
        self.max = max
    }
}

/// The lowest and the highest of the driver's own samples since the last pass.
public struct GPUExtremes: Sendable, Equatable {
    public var min: Double
    public var max: Double

    public init(min: Double, max: Double) {
        self.min = min
        self.max = max
    }
}

public enum GPUEngine: String, Sendable, Hashable, CaseIterable {
    case encoder, decoder, jpeg, ofa
}

/// Degrees Celsius.
public struct GPUTemperature: Sendable, Equatable {
    public var gpu: Double?
    public var memory: Double?
    /// How many degrees are left until the GPU slows down.
    public var margin: Double?
    public var thresholds: [NVMLTemperatureThreshold: Double] = [:]
    /// The same as margins (T.Limit), on GPUs that give no absolute ones; 0 or below.
    public var limits: [NVMLTemperatureThreshold: Double] = [:]

    public init() {}
}

/// Watts and joules.
public struct GPUPower: Sendable, Equatable {
    public var watts: Double?
    /// Over the last second.
    public var averageWatts: Double?
    /// nil where the driver samples none.
    public var sampled: GPUExtremes?
    /// The limit in force, whoever set it.
    public var limitWatts: Double?
    public var defaultLimitWatts: Double?
    public var minLimitWatts: Double?
    public var maxLimitWatts: Double?
    /// What was asked for by software.
    public var requestedLimitWatts: Double?
    /// Since the driver was loaded.
    public var energyJoules: Double?

    public init() {}
}

/// Hertz.
public struct GPUClock: Sendable, Equatable {
    public var hertz: Double?
    /// nil where the driver samples none, which it does of two clocks at most.
    public var sampled: GPUExtremes?
    public var maxHertz: Double?
    /// What is set, and what would be by default.
    public var applicationHertz: Double?
    public var defaultApplicationHertz: Double?

    public init() {}
}

/// What held the clocks down, as the driver adds up the time.
public enum GPUThrottleCause: String, Sendable, Hashable, CaseIterable {
    case power, thermal
    case syncBoost = "sync_boost"
    case boardLimit = "board_limit"
    case lowUtilization = "low_utilization"
    case reliability
    case belowBaseClocks = "below_base_clocks"
}

public struct GPUPCIe: Sendable, Equatable {
    public var generation: Double?
    public var generationMax: Double?
    public var width: Double?
    public var widthMax: Double?
    public var bytes: [NVMLDirection: Double] = [:]
    /// Over 20 ms, only where the GPU does not count bytes.
    public var bytesPerSecond: [NVMLDirection: Double] = [:]
    public var replays: Double?
    public var recoveries: Double?
    public var errors: [GPUPCIeError: Double] = [:]

    public init() {}
}

public enum GPUPCIeError: String, Sendable, Hashable, CaseIterable {
    case correctable
    case naksReceived = "naks_received"
    case receiver
    case badTLP = "bad_tlp"
    case naksSent = "naks_sent"
    case badDLLP = "bad_dllp"
    case nonFatal = "non_fatal"
    case fatal
    case unsupportedRequest = "unsupported_request"
    case lcrc, lane
}

public struct GPUECC: Sendable, Equatable {
    public var isEnabled: Bool?
    /// Whether it will be after the next reset.
    public var isPending: Bool?
    public var correctedErrors: Double?
    public var uncorrectedErrors: Double?
    /// Over the life of the GPU.
    public var correctedErrorsEver: Double?
    public var uncorrectedErrorsEver: Double?
    public var remappedRowsCorrectable: Double?
    public var remappedRowsUncorrectable: Double?
    /// 1 when rows wait for a reset to be remapped.
    public var remapPending: Double?
    /// 1 when a row could not be remapped.
    public var remapFailed: Double?
    public var retiredPagesSingleBit: Double?
    public var retiredPagesDoubleBit: Double?
    /// 1 when pages wait for a reset to be retired.
    public var retiredPagesPending: Double?

    public init() {}
}

/// One NVLink.
public struct GPULink: Sendable, Equatable {
    /// 1 active.
    public var state: Double?
    /// 1 when it saves power and is slow.
    public var lowPower: Double?
    public var errors: [GPULinkError: Double] = [:]
    /// Without and with the protocol's own, bytes.
    public var dataBytes: [NVMLDirection: Double] = [:]
    public var rawBytes: [NVMLDirection: Double] = [:]
    public var packets: [NVMLDirection: Double] = [:]
    public var recoveriesSucceeded: Double?
    public var recoveriesFailed: Double?
    /// Whatever came of them.
    public var recoveries: Double?

    public init() {}
}

public enum GPULinkError: String, Sendable, Hashable, CaseIterable {
    case replay, recovery
    case crcFlit = "crc_flit"
    case crcData = "crc_data"
    case eccData = "ecc_data"
    case vl15Dropped = "vl15_dropped"
    case malformedPacket = "malformed_packet"
    case bufferOverrun = "buffer_overrun"
    case receive
    case receiveRemote = "receive_remote"
    case receiveGeneral = "receive_general"
    case linkIntegrity = "link_integrity"
    case transmitDiscard = "transmit_discard"
}

/// Where a GPU sits.
public struct GPULocality: Sendable, Equatable {
    public var numaNode: Double?
    public var interrupt: Double?
    /// The CPUs that are near.
    public var cpus: [Int]?

    public init() {}
}
