import Platform

/// All that a GPU is asked for. Only fields up to id 250 are used: later ones change their meaning.
enum GPUSignalTable {
    /// The most NVLinks of a GPU (NVML_NVLINK_MAX_LINKS of CUDA 13).
    static let linksMax = 36
    /// The field that says how many NVLinks there are.
    static let linkCount = NVMLField(91)

    static func signals(linkCount: Int) -> [GPUSignal] {
        quick + pcie + errors + slow + steady + (linkCount > 0 ? allLinks : [])
            + (0..<min(linkCount, linksMax)).flatMap(link)
    }

    private static let milli = 1e-3
    private static let mega = 1e6

    private static var quick: [GPUSignal] {
        [
            GPUSignal(
                "utilization", .quick, .list(.samples(.gpuUtilization)),
                .list(.utilizationRates(.gpuUtilization))),
            GPUSignal(
                "memory_utilization", .quick, .list(.samples(.memoryUtilization)),
                .list(.utilizationRates(.memoryUtilization))),
            GPUSignal("power_samples", .quick, .list(.samples(.power))),
            GPUSignal("clock_samples_sm", .quick, .list(.samples(.smClock))),
            GPUSignal("clock_samples_memory", .quick, .list(.samples(.memoryClock))),
            GPUSignal("memory", .quick, .list(.memory(.v2)), .list(.memory(.v1))),
            GPUSignal(
                "temperature", .quick, .number(.temperature, \.temperature.gpu),
                .number(.temperatureBefore, \.temperature.gpu)
            ).within(GPURange.celsius),
            GPUSignal("memory_temperature", .quick, .field(82, \.temperature.memory)).within(GPURange.memoryCelsius),
            GPUSignal(
                "power", .quick, .field(186, \.power.watts, factor: milli),
                .number(.powerUsage, \.power.watts, factor: milli)
            ).within(GPURange.watts),
            GPUSignal("power_average", .quick, .field(185, \.power.averageWatts, factor: milli)).within(GPURange.watts),
            GPUSignal(
                "energy", .quick, .number(.energy, \.power.energyJoules, factor: milli),
                .field(83, \.power.energyJoules, factor: milli)),
            GPUSignal(
                "clock_reasons", .quick, .list(.clockReasons(.clockReasons)), .list(.clockReasons(.throttleReasons))),
            GPUSignal("performance_state", .quick, .number(.performanceState, \.performanceState)).within(
                GPURange.performanceState),
        ] + clocks + throttling
    }

    private static var clocks: [GPUSignal] {
        NVMLClock.allCases.flatMap { clock in
            [
                GPUSignal(
                    "clock_\(clock)", .quick,
                    .number(.clock(clock), \.[clock: clock].hertz, factor: mega)
                ).within(GPURange.hertz),
                GPUSignal(
                    "clock_max_\(clock)", .steady,
                    .number(.clockMax(clock), \.[clock: clock].maxHertz, factor: mega)
                ).within(GPURange.hertz),
                GPUSignal(
                    "application_clock_\(clock)", .steady,
                    .number(
                        .applicationClock(clock), \.[clock: clock].applicationHertz, factor: mega)
                ).within(GPURange.hertz),
                GPUSignal(
                    "default_application_clock_\(clock)", .steady,
                    .number(
                        .defaultApplicationClock(clock), \.[clock: clock].defaultApplicationHertz,
                        factor: mega)
                ).within(GPURange.hertz),
            ]
        }
    }

    private static var throttling: [GPUSignal] {
        let fields: [(UInt32, GPUThrottleCause)] = [
            (74, .power), (75, .thermal), (76, .syncBoost), (77, .boardLimit), (78, .lowUtilization),
            (79, .reliability), (81, .belowBaseClocks),
        ]
        return fields.map { id, cause in
            GPUSignal(
                "throttle_\(cause.rawValue)", .quick, .field(id, \.throttleSeconds[cause], factor: 1e-9)
            ).within(GPURange.seconds)
        }
    }

    private static var pcie: [GPUSignal] {
        let bytes: [(UInt32, NVMLDirection)] = [(197, .transmit), (198, .receive)]
        let errors = zip(UInt32(173)..., GPUPCIeError.allCases)
        return bytes.map { id, direction in
            // The call measures for 20 ms, and gives KB/s.
            GPUSignal(
                "pcie_\(direction)", .slow, .field(id, \.pcie.bytes[direction]),
                .number(.pcieThroughput(direction), \.pcie.bytesPerSecond[direction], factor: 1000))
        }
            + errors.map { id, error in
                GPUSignal("pcie_errors_\(error.rawValue)", .slow, .field(id, \.pcie.errors[error]))
            } + [
                GPUSignal("pcie_replays", .slow, .field(94, \.pcie.replays), .number(.pcieReplays, \.pcie.replays)),
                GPUSignal("pcie_recoveries", .slow, .field(169, \.pcie.recoveries)),
                GPUSignal("pcie_generation", .slow, .number(.pcieGeneration, \.pcie.generation)).within(GPURange.lanes),
                GPUSignal("pcie_width", .slow, .number(.pcieWidth, \.pcie.width)).within(GPURange.lanes),
                GPUSignal("pcie_generation_max", .steady, .number(.pcieGenerationMax, \.pcie.generationMax)).within(
                    GPURange.lanes),
                GPUSignal("pcie_width_max", .steady, .number(.pcieWidthMax, \.pcie.widthMax)).within(GPURange.lanes),
            ]
    }

    private static var errors: [GPUSignal] {
        func ecc(_ isUncorrected: Bool, _ isSinceReboot: Bool, _ field: UInt32, _ place: GPUPlace) -> GPUSignal {
            GPUSignal(
                "ecc_\(isUncorrected ? "uncorrected" : "corrected")_\(isSinceReboot ? "volatile" : "aggregate")", .slow,
                .number(.eccErrors(isUncorrected: isUncorrected, isSinceReboot: isSinceReboot), place),
                .field(field, place))
        }
        return [
            ecc(false, true, 3, \.ecc.correctedErrors), ecc(true, true, 4, \.ecc.uncorrectedErrors),
            ecc(false, false, 5, \.ecc.correctedErrorsEver), ecc(true, false, 6, \.ecc.uncorrectedErrorsEver),
            GPUSignal("remapped_rows_correctable", .slow, .field(142, \.ecc.remappedRowsCorrectable)),
            GPUSignal("remapped_rows_uncorrectable", .slow, .field(143, \.ecc.remappedRowsUncorrectable)),
            GPUSignal("remap_pending", .slow, .field(144, \.ecc.remapPending)).within(GPURange.flag),
            GPUSignal("remap_failed", .slow, .field(145, \.ecc.remapFailed)).within(GPURange.flag),
            GPUSignal("retired_pages_single_bit", .slow, .field(29, \.ecc.retiredPagesSingleBit)),
            GPUSignal("retired_pages_double_bit", .slow, .field(30, \.ecc.retiredPagesDoubleBit)),
            GPUSignal(
                "retired_pages_pending", .slow, .number(.retiredPagesPending, \.ecc.retiredPagesPending),
                .field(31, \.ecc.retiredPagesPending)
            ).within(GPURange.flag),
            GPUSignal("ecc_mode", .steady, .list(.eccMode)),
        ]
    }

    private static var slow: [GPUSignal] {
        let engines: [(GPUEngine, NVMLNumber)] = [
            (.encoder, .encoderUtilization), (.decoder, .decoderUtilization), (.jpeg, .jpegUtilization),
            (.ofa, .ofaUtilization),
        ]
        return engines.map { engine, number in
            GPUSignal(
                "utilization_\(engine)", .slow, .number(number, \.engineUtilization[engine], factor: 0.01)
            ).within(GPURange.ratio)
        }
            + NVMLProcessKind.allCases.map { kind in
                GPUSignal(
                    "processes_\(kind.label)", .slow, .list(.processes(kind, .v3)), .list(.processes(kind, .v2)),
                    .list(.processes(kind, .v1)))
            } + [
                GPUSignal("process_utilization", .slow, .list(.processUtilization)),
                GPUSignal("mig", .slow, .list(.mig)),
                GPUSignal("performance", .slow, .list(.performance)),
                GPUSignal("temperature_margin", .slow, .number(.temperatureMargin, \.temperature.margin)).within(
                    GPURange.celsius),
                GPUSignal(
                    "power_limit", .slow, .field(190, \.power.limitWatts, factor: milli),
                    .number(.enforcedPowerLimit, \.power.limitWatts, factor: milli)
                ).within(GPURange.watts),
                GPUSignal("persistence_mode", .slow, .number(.persistenceMode, \.persistenceMode)).within(
                    GPURange.flag),
                GPUSignal("compute_mode", .slow, .number(.computeMode, \.computeMode)).within(GPURange.computeMode),
            ]
    }

    private static var steady: [GPUSignal] {
        let limits: [(NVMLTemperatureThreshold, UInt32)] = [
            (.shutdown, 193), (.slowdown, 194), (.memoryMax, 195), (.gpuMax, 196),
        ]
        return limits.flatMap { threshold, field in
            [
                GPUSignal(
                    "temperature_\(threshold.label)", .steady,
                    .number(.temperatureThreshold(threshold), \.temperature.thresholds[threshold])
                ).within(GPURange.celsius),
                GPUSignal(
                    "temperature_limit_\(threshold.label)", .steady,
                    .field(field, \.temperature.limits[threshold])
                ).within(GPURange.celsius),
            ]
        } + [
            GPUSignal(
                "supported_clock_reasons", .steady, .list(.supportedClockReasons(.supportedClockReasons)),
                .list(.supportedClockReasons(.supportedThrottleReasons))),
            GPUSignal("power_limits", .steady, .list(.powerLimits)),
            GPUSignal(
                "default_power_limit", .steady, .number(.defaultPowerLimit, \.power.defaultLimitWatts, factor: milli),
                .field(189, \.power.defaultLimitWatts, factor: milli)
            ).within(GPURange.watts),
            GPUSignal(
                "requested_power_limit", .steady, .field(192, \.power.requestedLimitWatts, factor: milli),
                .number(.powerLimit, \.power.requestedLimitWatts, factor: milli)
            ).within(GPURange.watts),
            GPUSignal("numa_node", .steady, .number(.numaNode, \.locality.numaNode)).within(GPURange.numaNode),
            GPUSignal("interrupt", .steady, .number(.interrupt, \.locality.interrupt)).within(GPURange.interrupt),
            GPUSignal("cpu_affinity", .steady, .list(.cpuAffinity)),
        ]
    }
}

extension NVMLTemperatureThreshold {
    /// The word in labels.
    var label: String {
        switch self {
        case .shutdown: "shutdown"
        case .slowdown: "slowdown"
        case .memoryMax: "memory_max"
        case .gpuMax: "gpu_max"
        }
    }
}

extension NVMLProcessKind {
    /// The word in labels.
    var label: String {
        switch self {
        case .compute: "compute"
        case .graphics: "graphics"
        case .mps: "mps"
        }
    }
}
