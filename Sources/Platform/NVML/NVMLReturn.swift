/// What a function of NVML returned. Codes that this version does not know are kept.
public struct NVMLReturn: Error, RawRepresentable, Sendable, Hashable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let success = Self(rawValue: 0)
    public static let uninitialized = Self(rawValue: 1)
    public static let invalidArgument = Self(rawValue: 2)
    public static let notSupported = Self(rawValue: 3)
    public static let noPermission = Self(rawValue: 4)
    public static let alreadyInitialized = Self(rawValue: 5)
    public static let notFound = Self(rawValue: 6)
    public static let insufficientSize = Self(rawValue: 7)
    public static let insufficientPower = Self(rawValue: 8)
    public static let driverNotLoaded = Self(rawValue: 9)
    public static let timeout = Self(rawValue: 10)
    public static let irqIssue = Self(rawValue: 11)
    public static let libraryNotFound = Self(rawValue: 12)
    public static let functionNotFound = Self(rawValue: 13)
    public static let corruptedInfoROM = Self(rawValue: 14)
    public static let gpuIsLost = Self(rawValue: 15)
    public static let resetRequired = Self(rawValue: 16)
    public static let operatingSystem = Self(rawValue: 17)
    public static let libraryDriverMismatch = Self(rawValue: 18)
    public static let inUse = Self(rawValue: 19)
    public static let memory = Self(rawValue: 20)
    public static let noData = Self(rawValue: 21)
    public static let vgpuECCNotSupported = Self(rawValue: 22)
    public static let insufficientResources = Self(rawValue: 23)
    public static let frequencyNotSupported = Self(rawValue: 24)
    public static let argumentVersionMismatch = Self(rawValue: 25)
    public static let deprecated = Self(rawValue: 26)
    public static let notReady = Self(rawValue: 27)
    public static let gpuNotFound = Self(rawValue: 28)
    public static let invalidState = Self(rawValue: 29)
    public static let unknown = Self(rawValue: 999)

    /// NVIDIA's names without `NVML_` and `ERROR_`.
    public static let names: [NVMLReturn: String] = [
        .success: "SUCCESS", .uninitialized: "UNINITIALIZED", .invalidArgument: "INVALID_ARGUMENT",
        .notSupported: "NOT_SUPPORTED", .noPermission: "NO_PERMISSION", .alreadyInitialized: "ALREADY_INITIALIZED",
        .notFound: "NOT_FOUND", .insufficientSize: "INSUFFICIENT_SIZE", .insufficientPower: "INSUFFICIENT_POWER",
        .driverNotLoaded: "DRIVER_NOT_LOADED", .timeout: "TIMEOUT", .irqIssue: "IRQ_ISSUE",
        .libraryNotFound: "LIBRARY_NOT_FOUND", .functionNotFound: "FUNCTION_NOT_FOUND",
        .corruptedInfoROM: "CORRUPTED_INFOROM", .gpuIsLost: "GPU_IS_LOST", .resetRequired: "RESET_REQUIRED",
        .operatingSystem: "OPERATING_SYSTEM", .libraryDriverMismatch: "LIB_RM_VERSION_MISMATCH", .inUse: "IN_USE",
        .memory: "MEMORY", .noData: "NO_DATA", .vgpuECCNotSupported: "VGPU_ECC_NOT_SUPPORTED",
        .insufficientResources: "INSUFFICIENT_RESOURCES", .frequencyNotSupported: "FREQ_NOT_SUPPORTED",
        .argumentVersionMismatch: "ARGUMENT_VERSION_MISMATCH", .deprecated: "DEPRECATED", .notReady: "NOT_READY",
        .gpuNotFound: "GPU_NOT_FOUND", .invalidState: "INVALID_STATE", .unknown: "UNKNOWN",
    ]
}

extension NVMLReturn: CustomStringConvertible {
    /// NVIDIA's name and the number, for example `NOT_SUPPORTED (3)`.
    public var description: String { "\(Self.names[self] ?? "an unknown return code") (\(rawValue))" }
}
