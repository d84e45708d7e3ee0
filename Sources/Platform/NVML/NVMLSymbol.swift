/// What a function of NVML takes and gives besides the device.
enum NVMLShape {
    /// `unsigned *`
    case int32
    /// `unsigned long long *`
    case int64
    /// An argument, then `unsigned *`.
    case argument(UInt32)
    /// Two arguments, then `unsigned long long *`.
    case arguments(UInt32, UInt32)
    /// The structures of ``CSystem``.
    case temperature
    case margin
}

extension NVMLNumber {
    /// The function's name. Where the header of NVIDIA pins a newer version, that is looked for first.
    public var symbol: String {
        switch self {
        case .clock: "nvmlDeviceGetClockInfo"
        case .clockMax: "nvmlDeviceGetMaxClockInfo"
        case .applicationClock: "nvmlDeviceGetApplicationsClock"
        case .defaultApplicationClock: "nvmlDeviceGetDefaultApplicationsClock"
        case .clockReasons: "nvmlDeviceGetCurrentClocksEventReasons"
        case .supportedClockReasons: "nvmlDeviceGetSupportedClocksEventReasons"
        case .throttleReasons: "nvmlDeviceGetCurrentClocksThrottleReasons"
        case .supportedThrottleReasons: "nvmlDeviceGetSupportedClocksThrottleReasons"
        case .powerUsage: "nvmlDeviceGetPowerUsage"
        case .enforcedPowerLimit: "nvmlDeviceGetEnforcedPowerLimit"
        case .powerLimit: "nvmlDeviceGetPowerManagementLimit"
        case .defaultPowerLimit: "nvmlDeviceGetPowerManagementDefaultLimit"
        case .energy: "nvmlDeviceGetTotalEnergyConsumption"
        case .temperature: "nvmlDeviceGetTemperatureV"
        case .temperatureBefore: "nvmlDeviceGetTemperature"
        case .temperatureMargin: "nvmlDeviceGetMarginTemperature"
        case .temperatureThreshold: "nvmlDeviceGetTemperatureThreshold"
        case .performanceState: "nvmlDeviceGetPerformanceState"
        case .persistenceMode: "nvmlDeviceGetPersistenceMode"
        case .computeMode: "nvmlDeviceGetComputeMode"
        case .pcieThroughput: "nvmlDeviceGetPcieThroughput"
        case .pcieReplays: "nvmlDeviceGetPcieReplayCounter"
        case .pcieGeneration: "nvmlDeviceGetCurrPcieLinkGeneration"
        case .pcieWidth: "nvmlDeviceGetCurrPcieLinkWidth"
        case .pcieGenerationMax: "nvmlDeviceGetMaxPcieLinkGeneration"
        case .pcieWidthMax: "nvmlDeviceGetMaxPcieLinkWidth"
        case .eccErrors: "nvmlDeviceGetTotalEccErrors"
        case .retiredPagesPending: "nvmlDeviceGetRetiredPagesPendingStatus"
        case .nvLinkState: "nvmlDeviceGetNvLinkState"
        case .nvLinkErrors: "nvmlDeviceGetNvLinkErrorCounter"
        case .encoderUtilization: "nvmlDeviceGetEncoderUtilization"
        case .decoderUtilization: "nvmlDeviceGetDecoderUtilization"
        case .jpegUtilization: "nvmlDeviceGetJpgUtilization"
        case .ofaUtilization: "nvmlDeviceGetOfaUtilization"
        case .migDeviceCountMax: "nvmlDeviceGetMaxMigDeviceCount"
        case .gpuInstance: "nvmlDeviceGetGpuInstanceId"
        case .computeInstance: "nvmlDeviceGetComputeInstanceId"
        case .numaNode: "nvmlDeviceGetNumaNodeId"
        case .interrupt: "nvmlDeviceGetIrqNum"
        case .supportedEvents: "nvmlDeviceGetSupportedEventTypes"
        }
    }

    var shape: NVMLShape {
        switch self {
        case .clock(let clock), .clockMax(let clock), .applicationClock(let clock),
            .defaultApplicationClock(let clock):
            .argument(clock.rawValue)
        case .temperature: .temperature
        // The only sensor that there is.
        case .temperatureBefore: .argument(0)
        case .temperatureMargin: .margin
        case .temperatureThreshold(let threshold): .argument(threshold.rawValue)
        case .pcieThroughput(let direction): .argument(direction.rawValue)
        case .eccErrors(let isUncorrected, let isSinceReboot): .arguments(isUncorrected ? 1 : 0, isSinceReboot ? 0 : 1)
        case .nvLinkState(let link): .argument(link)
        case .nvLinkErrors(let link, let error): .arguments(link, error.rawValue)
        case .energy, .clockReasons, .supportedClockReasons, .throttleReasons, .supportedThrottleReasons,
            .supportedEvents:
            .int64
        default: .int32
        }
    }

    /// Engines give their utilisation and the period over which it is meant.
    var hasPeriod: Bool {
        switch self {
        case .encoderUtilization, .decoderUtilization, .jpegUtilization, .ofaUtilization: true
        default: false
        }
    }
}
