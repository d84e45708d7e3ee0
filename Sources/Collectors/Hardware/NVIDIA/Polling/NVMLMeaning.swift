import Platform

/// What a return code of NVML means for whoever asked.
enum NVMLMeaning: Sendable, Equatable {
    case value
    /// Nothing just now, which is normal.
    case nothingNow
    /// This GPU or this driver does not have it; an older function may.
    case unsupported
    case denied
    /// The kernel keeps this process from the device.
    case blocked
    /// NVML must be initialised again.
    case driverGone
    /// This GPU will not answer any more.
    case deviceLost
    /// The driver was replaced under this process: no further call is safe.
    case mismatch
    /// May pass; asked more seldom.
    case trouble

    init(_ code: NVMLReturn) {
        self =
            switch code {
            case .success, .alreadyInitialized: .value
            case .notFound, .noData, .timeout, .notReady: .nothingNow
            // Drivers that do not know a field or an argument yet call it invalid.
            case .notSupported, .functionNotFound, .argumentVersionMismatch, .deprecated, .invalidArgument,
                .vgpuECCNotSupported, .frequencyNotSupported, .corruptedInfoROM:
                .unsupported
            case .noPermission: .denied
            case .operatingSystem: .blocked
            case .uninitialized, .driverNotLoaded, .libraryNotFound: .driverGone
            case .gpuIsLost, .resetRequired: .deviceLost
            case .libraryDriverMismatch: .mismatch
            // Too small a buffer was made larger already.
            default: .trouble
            }
    }
}
