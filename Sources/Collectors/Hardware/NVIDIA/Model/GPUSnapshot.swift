/// Where the latest state of the GPUs is had from. Never waits for a driver.
public protocol GPUSource: Sendable {
    func snapshot() -> GPUSnapshot
}

/// A host whose GPUs nobody asks for.
public struct NoGPUs: GPUSource {
    public init() {}

    public func snapshot() -> GPUSnapshot { GPUSnapshot() }
}

/// The GPUs of the host as they were when the driver last answered.
public struct GPUSnapshot: Sendable, Equatable {
    public var driver: GPUDriverStatus
    /// By index; MIG instances are within their GPU.
    public var devices: [GPUDevice]

    public init(driver: GPUDriverStatus = GPUDriverStatus(), devices: [GPUDevice] = []) {
        self.driver = driver
        self.devices = devices
    }
}

/// How it stands with NVIDIA's library and driver.
public enum GPUDriverState: String, Sendable, Hashable, CaseIterable {
    /// Nobody asks.
    case off
    /// The first answer has not come yet.
    case starting
    case ok
    /// There is no such library: no NVIDIA driver on this host.
    case libraryMissing = "library_missing"
    /// The library is there and cannot be loaded.
    case libraryUnusable = "library_unusable"
    /// The kernel's part of the driver is not loaded.
    case driverNotLoaded = "driver_not_loaded"
    /// The driver was replaced while this process runs. NVML is left alone until the daemon is restarted.
    case versionMismatch = "version_mismatch"
    case noPermission = "no_permission"
    /// The kernel, a cgroup or a container keeps this process from the GPUs' device files.
    case blocked
    /// The driver answers with another error.
    case failing
    /// A call of the driver does not come back.
    case hanging
}

/// The state of the driver, and what a person should know about it.
public struct GPUDriverStatus: Sendable, Equatable {
    public var state: GPUDriverState
    /// What happened and what helps; nil when all is well.
    public var message: String?
    /// Since when it is so, seconds of the monotonic clock.
    public var sinceSeconds: Double
    /// The driver's version, for example `550.54.15`; nil before it answered.
    public var driverVersion: String?
    public var libraryVersion: String?
    /// Whether GPUs are to be expected: the library was found, or the configuration names one.
    public var isExpected: Bool
    /// The call that does not come back; nil unless the state is ``GPUDriverState/hanging``.
    public var hangingCall: GPUHangingCall?
    /// Whether Xid errors and other events are seen.
    public var events: GPUEventsState

    public init(
        state: GPUDriverState = .off, message: String? = nil, sinceSeconds: Double = 0, driverVersion: String? = nil,
        libraryVersion: String? = nil, isExpected: Bool = false, hangingCall: GPUHangingCall? = nil,
        events: GPUEventsState = .off
    ) {
        self.state = state
        self.message = message
        self.sinceSeconds = sinceSeconds
        self.driverVersion = driverVersion
        self.libraryVersion = libraryVersion
        self.isExpected = isExpected
        self.hangingCall = hangingCall
        self.events = events
    }
}

/// A call of the driver that has lasted too long.
public struct GPUHangingCall: Sendable, Equatable {
    /// The function's name.
    public var function: String
    /// nil for calls that concern no GPU.
    public var gpu: Int?
    /// When it began, seconds of the monotonic clock.
    public var sinceSeconds: Double
    /// How long it has lasted at the time of the snapshot.
    public var lastedSeconds: Double

    public init(function: String, gpu: Int? = nil, sinceSeconds: Double, lastedSeconds: Double = 0) {
        self.function = function
        self.gpu = gpu
        self.sinceSeconds = sinceSeconds
        self.lastedSeconds = lastedSeconds
    }
}

/// Whether events of the GPUs are waited for.
public enum GPUEventsState: String, Sendable, Hashable, CaseIterable {
    case off
    case watching
    /// No GPU can tell events.
    case unsupported
    case failing
    case hanging
}
