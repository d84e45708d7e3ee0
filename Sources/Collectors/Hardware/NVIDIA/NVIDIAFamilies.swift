import Telemetry

/// The families about GPUs.
enum NVIDIAFamilies {
    static let all =
        driver + device + load + heat + clocks + pcie + memoryErrors + links + work + events

    private static func gauge(_ name: String, unit: MetricUnit = .none, _ help: String) -> MetricDescriptor {
        MetricDescriptor(.gauge, "latencyd_gpu_" + name, unit: unit, help: help)
    }

    private static func counter(_ name: String, unit: MetricUnit = .none, _ help: String) -> MetricDescriptor {
        MetricDescriptor(.counter, "latencyd_gpu_" + name, unit: unit, help: help)
    }

    private static let watts = MetricUnit("watts")
    private static let joules = MetricUnit("joules")
    private static let bytesPerSecond = MetricUnit("bytes_per_second")

    // MARK: The driver

    static let driverState = gauge(
        "driver_state", "1 for the state in which NVIDIA's library and driver are, 0 for the others.")
    static let hanging = gauge(
        "driver_hanging_seconds", unit: .seconds, "How long a call of the driver has not come back; 0 when all do.")
    static let eventsState = gauge(
        "events_state", "1 for how it stands with events of GPUs such as Xid errors, 0 for the others.")
    private static let driver = [driverState, hanging, eventsState]

    // MARK: The device

    static let info = gauge("info", "Always 1; the labels say which GPU it is and which driver runs it.")
    static let locality = gauge(
        "locality_info", "Always 1; the labels say where the GPU sits, and which CPUs are near.")
    static let numaNode = gauge("numa_node", "NUMA node that the GPU belongs to.")
    static let lost = gauge(
        "lost", "1 when the GPU fell off the bus or must be reset; it is not asked any more. Else 0.")
    static let condition = gauge("condition", "1 for whether the GPU can be asked, 0 for the other conditions.")
    static let signals = gauge("signals", "Signals of the GPU by how they stand.")
    static let denied = gauge("signal_denied", "Always 1; a signal that the daemon's user may not read.")
    static let persistence = gauge("persistence_mode", "1 when the driver keeps the GPU ready without clients, else 0.")
    static let computeMode = gauge("compute_mode_info", "Always 1; the label says who may use the GPU.")
    static let migEnabled = gauge("mig_enabled", "1 when the GPU is divided into instances, else 0.")
    static let migPending = gauge("mig_pending", "1 when the GPU will be divided after its next reset, else 0.")
    static let migInfo = gauge("mig_instance_info", "Always 1; the labels say which instances the GPU is divided into.")
    static let multiprocessors = gauge("mig_multiprocessors", "Multiprocessors of a MIG instance.")
    private static let device = [
        info, locality, numaNode, lost, condition, signals, denied, persistence, computeMode, migEnabled, migPending,
        migInfo, multiprocessors,
    ]

    // MARK: Load

    static let utilization = gauge(
        "utilization_ratio", unit: .ratio, "Share of the time since the last pass in which the GPU ran kernels.")
    static let utilizationMax = gauge(
        "utilization_max_ratio", unit: .ratio, "The highest of the driver's samples of utilization since the last pass."
    )
    static let memoryUtilization = gauge(
        "memory_utilization_ratio", unit: .ratio, "Share of the time in which the GPU's memory was read or written.")
    static let memoryUtilizationMax = gauge(
        "memory_utilization_max_ratio", unit: .ratio,
        "The highest of the driver's samples of memory utilization since the last pass.")
    static let engineUtilization = gauge(
        "engine_utilization_ratio", unit: .ratio, "Share of the time in which an engine beside the multiprocessors ran."
    )
    static let memory = gauge("memory_bytes", unit: .bytes, "Memory of the GPU, or of a MIG instance.")
    static let activity = gauge(
        "activity_ratio", unit: .ratio, "How busy a part of the GPU, or of a GPU instance, was for a tenth of a second."
    )
    static let traffic = gauge(
        "traffic_bytes_per_second", unit: bytesPerSecond, "What the GPU moved over a bus in a tenth of a second.")
    private static let load = [
        utilization, utilizationMax, memoryUtilization, memoryUtilizationMax, engineUtilization, memory, activity,
        traffic,
    ]

    // MARK: Heat and power

    static let temperature = gauge("temperature_celsius", unit: .celsius, "Temperature of the GPU or its memory.")
    static let margin = gauge(
        "temperature_margin_celsius", unit: .celsius, "Degrees that are left until the GPU slows down.")
    static let threshold = gauge(
        "temperature_threshold_celsius", unit: .celsius, "Temperature at which the GPU or its driver acts.")
    static let limit = gauge(
        "temperature_limit_celsius", unit: .celsius, "Margin at which the GPU or its driver acts, 0 or below.")
    static let power = gauge("power_watts", unit: watts, "Power that the GPU draws.")
    static let powerAverage = gauge("power_average_watts", unit: watts, "Power of the GPU over the last second.")
    static let powerSampledMin = gauge(
        "power_sampled_min_watts", unit: watts, "The lowest of the driver's samples of power since the last pass.")
    static let powerSampledMax = gauge(
        "power_sampled_max_watts", unit: watts, "The highest of the driver's samples of power since the last pass.")
    static let powerLimit = gauge("power_limit_watts", unit: watts, "Power limits of the GPU.")
    static let energy = counter("energy_joules", unit: joules, "Energy since the driver was loaded.")
    private static let heat = [
        temperature, margin, threshold, limit, power, powerAverage, powerSampledMin, powerSampledMax, powerLimit,
        energy,
    ]

    // MARK: Clocks

    static let clock = gauge("clock_hertz", unit: .hertz, "Frequency of a clock of the GPU.")
    static let clockSampledMin = gauge(
        "clock_sampled_min_hertz", unit: .hertz, "The lowest of the driver's samples of a clock since the last pass.")
    static let clockSampledMax = gauge(
        "clock_sampled_max_hertz", unit: .hertz, "The highest of the driver's samples of a clock since the last pass.")
    static let clockMax = gauge("clock_max_hertz", unit: .hertz, "Highest frequency of a clock of the GPU.")
    static let clockApplication = gauge(
        "clock_application_hertz", unit: .hertz, "Frequency that is set for applications.")
    static let clockDefault = gauge(
        "clock_default_application_hertz", unit: .hertz, "Frequency for applications unless somebody sets it.")
    static let throttleActive = gauge(
        "throttle_active", "1 when this is a reason for which the clocks are not at their highest, else 0.")
    static let throttled = counter(
        "throttle_seconds", unit: .seconds, "Time for which something held the clocks down since the driver was loaded."
    )
    static let performanceState = gauge(
        "performance_state", "Performance state of the GPU: 0 the fastest, 15 the least.")
    private static let clocks = [
        clock, clockSampledMin, clockSampledMax, clockMax, clockApplication, clockDefault, throttleActive, throttled,
        performanceState,
    ]

    // MARK: PCI Express

    static let pcieGeneration = gauge("pcie_link_generation", "Generation of PCI Express that the link runs at.")
    static let pcieGenerationMax = gauge("pcie_link_max_generation", "Highest generation that the link can run at.")
    static let pcieWidth = gauge("pcie_link_width", "Lanes that the link has in use.")
    static let pcieWidthMax = gauge("pcie_link_max_width", "Lanes that the link can have.")
    static let pcieBytes = counter("pcie_bytes", unit: .bytes, "Bytes that went over PCI Express.")
    static let pcieThroughput = gauge(
        "pcie_bytes_per_second", unit: bytesPerSecond,
        "Bytes that went over PCI Express, measured for 20 ms, where the GPU does not count them.")
    static let pcieReplays = counter("pcie_replays", "Packets that were sent again over PCI Express.")
    static let pcieRecoveries = counter("pcie_recoveries", "Times that the PCI Express link had to recover.")
    static let pcieErrors = counter("pcie_errors", "Errors of the PCI Express link.")
    private static let pcie = [
        pcieGeneration, pcieGenerationMax, pcieWidth, pcieWidthMax, pcieBytes, pcieThroughput, pcieReplays,
        pcieRecoveries, pcieErrors,
    ]

    // MARK: Errors of the memory

    static let eccEnabled = gauge("ecc_enabled", "1 when the GPU corrects errors of its memory, else 0.")
    static let eccPending = gauge("ecc_pending", "1 when the GPU will correct errors after its next reset, else 0.")
    static let eccErrors = counter("ecc_errors", "Errors of the GPU's memory.")
    static let remappedRows = gauge("remapped_rows", "Rows of memory that were replaced by spare ones.")
    static let remapPending = gauge("remap_pending", "1 when rows wait for a reset to be replaced, else 0.")
    static let remapFailed = gauge("remap_failed", "1 when a row could not be replaced, else 0.")
    static let retiredPages = gauge("retired_pages", "Pages of memory that are not used any more.")
    static let retiredPending = gauge("retired_pages_pending", "1 when pages wait for a reset to be retired, else 0.")
    private static let memoryErrors = [
        eccEnabled, eccPending, eccErrors, remappedRows, remapPending, remapFailed, retiredPages, retiredPending,
    ]

    // MARK: NVLink

    static let linkActive = gauge("nvlink_active", "1 when the NVLink is up, else 0.")
    static let linkLowPower = gauge("nvlink_low_power", "1 when the NVLink saves power and is slow, else 0.")
    static let linkErrors = counter("nvlink_errors", "Errors of an NVLink.")
    static let linkECCErrors = counter("nvlink_ecc_errors", "Errors of data over all NVLinks of the GPU.")
    static let linkBytes = counter(
        "nvlink_bytes", unit: .bytes, "Bytes that went over an NVLink, with (raw) and without (data) its protocol.")
    static let linkPackets = counter("nvlink_packets", "Packets that went over an NVLink.")
    static let linkRecoveries = counter("nvlink_recoveries", "Times that an NVLink tried to recover.")
    static let linkRecoveryEvents = counter(
        "nvlink_recovery_events", "Times that an NVLink went from up into recovery, whatever came of it.")
    private static let links = [
        linkActive, linkLowPower, linkErrors, linkECCErrors, linkBytes, linkPackets, linkRecoveries, linkRecoveryEvents,
    ]

    // MARK: Processes

    static let processes = gauge("processes", "Processes that use the GPU.")
    static let processMemory = gauge("process_memory_bytes", unit: .bytes, "Memory of a GPU that a process has.")
    static let processUtilization = gauge(
        "process_utilization_ratio", unit: .ratio, "Share of an engine's time that a process had, on the average.")
    static let processRemoteCPUs = gauge(
        "process_remote_cpus_ratio", unit: .ratio,
        "Share of the CPUs that a process may run on that are not near the GPU that it uses.")
    private static let work = [processes, processMemory, processUtilization, processRemoteCPUs]

    // MARK: Events

    static let xids = counter("xid", "Errors that the driver reported (Xid) since latencyd asks.")
    static let xidLastSeen = gauge(
        "xid_last_seen_timestamp_seconds", unit: .seconds, "When the driver reported this error last, Unix time.")
    static let eventCounts = counter("events", "Events of the GPU since latencyd asks.")
    private static let events = [xids, xidLastSeen, eventCounts]
}
