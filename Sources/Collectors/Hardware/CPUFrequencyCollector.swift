import Platform
import Telemetry

/// The CPUs' frequencies, their limits and what chooses them, from `/sys/devices/system/cpu/cpufreq`.
///
/// Read by policy (a group of CPUs that share a clock) rather than by CPU: a clock that eight CPUs share is read
/// once. What a person sets is looked at once a minute, what moves by itself in each pass.
/// Source: Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst and amd-pstate.rst of the kernel.
struct CPUFrequencyCollector: Collector {
    static let id = "cpu_frequency"
    // On some drivers reading the current frequency interrupts the CPU.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [
        current, lowest, highest, hardwareHighest, governor, energyPreference, driver, turbo,
    ]

    private static let current = MetricDescriptor(
        .gauge, "latencyd_cpu_frequency_hertz", unit: .hertz, help: "Frequency that a CPU runs at.")
    private static let lowest = MetricDescriptor(
        .gauge, "latencyd_cpu_frequency_min_hertz", unit: .hertz,
        help: "Lowest frequency that the policy in force lets a CPU run at.")
    private static let highest = MetricDescriptor(
        .gauge, "latencyd_cpu_frequency_max_hertz", unit: .hertz,
        help: "Highest frequency that the policy in force lets a CPU run at; falls when heat or a person caps it.")
    private static let hardwareHighest = MetricDescriptor(
        .gauge, "latencyd_cpu_frequency_hardware_max_hertz", unit: .hertz,
        help: "Highest frequency that a CPU can run at.")
    // One series per CPU at a time, as many as of the frequency; names that the kernel does not ship are "other",
    // so that no module's name can add series.
    private static let governor = MetricDescriptor(
        .gauge, "latencyd_cpu_governor_info", help: "Always 1; the label says what chooses the CPU's frequency.")
    private static let energyPreference = MetricDescriptor(
        .gauge, "latencyd_cpu_energy_preference_info",
        help: "Always 1; the label says whether the CPU is to save energy or to perform.")
    private static let driver = MetricDescriptor(
        .gauge, "latencyd_cpu_frequency_driver_info",
        help: "Always 1; the labels say which driver sets frequencies, and its mode where it has several.")
    private static let turbo = MetricDescriptor(
        .gauge, "latencyd_cpu_turbo_enabled", help: "1 when CPUs may run faster than their base frequency, else 0.")

    private static let folder = HostPath.sysfs("devices/system/cpu/cpufreq")

    private struct Found: Sendable {
        let policies: [Policy]
        /// By number, each with its policy's place.
        let cpus: [(cpu: PolicyCPU, policy: Int)]
    }

    private var found = Discovery<Found>()
    private var host = Discovery<HostFrequency>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let found = try found(&sampling, find: Self.find)
        let policies = found.policies
        let readings = policies.map { Reading($0, &sampling) }
        for (cpu, policy) in found.cpus {
            if let hertz = readings[policy].current { sampling.add(Self.current, cpu.labels, hertz) }
            if let hertz = cpu.lowest { sampling.add(Self.lowest, cpu.labels, hertz) }
            if let hertz = readings[policy].highest { sampling.add(Self.highest, cpu.labels, hertz) }
            if let hertz = cpu.hardwareHighest { sampling.add(Self.hardwareHighest, cpu.labels, hertz) }
            if let labels = cpu.governorLabels { sampling.add(Self.governor, labels, 1) }
            if let labels = cpu.preferenceLabels { sampling.add(Self.energyPreference, labels, 1) }
        }
        let host = try host(&sampling) { (sampling) throws(CollectorError) in
            HostFrequency(policy: policies.first?.folder, &sampling)
        }
        if let labels = host.driverLabels { sampling.add(Self.driver, labels, 1) }
        if let isEnabled = host.isTurboEnabled { sampling.add(Self.turbo, [:], isEnabled ? 1 : 0) }
    }

    private static func find(_ sampling: inout Sampling) throws(CollectorError) -> Found {
        let policies = try sampling.entries(in: folder, prefix: "policy").compactMap { Policy($0.path, &sampling) }
        let cpus = policies.enumerated().flatMap { place, policy in policy.cpus.map { (cpu: $0, policy: place) } }
        return Found(policies: policies, cpus: cpus.sorted { $0.cpu.number < $1.cpu.number })
    }
}

/// One CPU of a policy, with what a person sets of it; nil where that could not be read.
private struct PolicyCPU {
    let number: Int64
    let lowest: Double?
    let hardwareHighest: Double?
    let labels: LabelSet
    let governorLabels: LabelSet?
    let preferenceLabels: LabelSet?

    init(_ number: Int64, lowest: Double?, hardwareHighest: Double?, governor: String?, preference: String?) {
        let cpu = String(number)
        self.number = number
        self.lowest = lowest
        self.hardwareHighest = hardwareHighest
        labels = ["cpu": cpu]
        governorLabels = governor.map { ["cpu": cpu, "governor": $0] }
        preferenceLabels = preference.map { ["cpu": cpu, "preference": $0] }
    }
}

/// A policy as it was found.
private struct Policy {
    let folder: HostPath
    let current: HostPath
    let highest: HostPath
    let cpus: [PolicyCPU]

    /// nil when all its CPUs are offline (the kernel says so by EBUSY), or that could not be found out.
    init?(_ folder: HostPath, _ sampling: inout Sampling) {
        guard let cpus = sampling.read(folder / "affected_cpus", unless: [.busy], CPUFrequencyText.cpus) else {
            return nil
        }
        self.folder = folder
        current = folder / "scaling_cur_freq"
        highest = folder / "scaling_max_freq"
        let lowest = sampling.read(folder / "scaling_min_freq", CPUFrequencyText.hertz)
        let hardwareHighest = sampling.read(folder / "cpuinfo_max_freq", CPUFrequencyText.hertz)
        let governor = sampling.read(folder / "scaling_governor", CPUFrequencyText.governor)
        let preference = sampling.read(
            folder / "energy_performance_preference", unless: [.absent, .busy], CPUFrequencyText.preference)
        self.cpus = cpus.map {
            PolicyCPU(
                $0, lowest: lowest, hardwareHighest: hardwareHighest, governor: governor, preference: preference)
        }
    }
}

/// What moves of a policy; nil where it could not be read.
private struct Reading {
    let current: Double?
    let highest: Double?

    init(_ policy: Policy, _ sampling: inout Sampling) {
        current = sampling.read(policy.current, CPUFrequencyText.hertz)
        highest = sampling.read(policy.highest, CPUFrequencyText.hertz)
    }
}

/// What holds for all CPUs; nil where the host does not have it.
private struct HostFrequency {
    let driverLabels: LabelSet?
    let isTurboEnabled: Bool?

    /// - Parameter policy: the folder of one that has online CPUs; nil when there is none.
    init(policy: HostPath?, _ sampling: inout Sampling) {
        let cpu = HostPath.sysfs("devices/system/cpu")
        let intel = sampling.look(cpu / "intel_pstate/status", CPUFrequencyText.mode)
        let amd = sampling.look(cpu / "amd_pstate/status", CPUFrequencyText.mode)
        driverLabels =
            switch (intel, amd) {
            case (.value(let mode), _) where mode != "off": ["driver": "intel_pstate", "mode": mode]
            case (_, .value(let mode)) where mode != "disable": ["driver": "amd_pstate", "mode": mode]
            case (.failed, _), (_, .failed): nil
            default: Self.otherDriver(of: policy, &sampling)
            }
        isTurboEnabled = Self.isTurboEnabled(isIntelDriverOff: intel == .value("off"), below: cpu, &sampling)
    }

    private static func otherDriver(of policy: HostPath?, _ sampling: inout Sampling) -> LabelSet? {
        guard let policy else { return nil }
        return sampling.read(policy / "scaling_driver", CPUFrequencyText.driver).map { ["driver": $0] }
    }

    private static func isTurboEnabled(
        isIntelDriverOff: Bool, below cpu: HostPath, _ sampling: inout Sampling
    ) -> Bool? {
        // Intel's driver that was switched off leaves its files, and refuses to read them; another's are in force.
        if !isIntelDriverOff {
            switch sampling.look(cpu / "intel_pstate/no_turbo", CPUFrequencyText.flag) {
            case .value(let isOff): return !isOff
            case .failed: return nil
            case .absent: break
            }
        }
        return sampling.read(cpu / "cpufreq/boost", unless: [.absent], CPUFrequencyText.flag)
    }
}

/// What stands in the files of a frequency policy.
enum CPUFrequencyText {
    /// No CPU runs below 1 kHz or at 20 GHz. A driver that does not know writes `<unknown>` or 0.
    private static let kilohertz: ClosedRange<Int64> = 1...20_000_000
    private static let governors: Set = [
        "performance", "powersave", "userspace", "ondemand", "conservative", "schedutil",
    ]

    /// Kilohertz to hertz.
    static func hertz(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: kilohertz).map { Double($0) * 1000 }
    }

    /// The numbers of a policy's CPUs that are online.
    static func cpus(_ content: [UInt8]) -> [Int64]? {
        KernelText.integers(content, in: KernelNumbers.cpus, countMax: KernelNumbers.cpusMax)
    }

    private static let preferences: Set = [
        "default", "performance", "balance_performance", "balance_power", "power",
    ]
    private static let modes: Set = ["active", "passive", "guided", "off", "disable"]
    private static let drivers: Set = [
        "acpi-cpufreq", "amd-pstate", "amd-pstate-epp", "cppc_cpufreq", "cpufreq-dt", "intel_cpufreq", "intel_pstate",
        "pcc-cpufreq", "powernow-k8", "powernv-cpufreq", "scmi", "scpi-cpufreq", "tegra194",
    ]

    /// What Intel's and AMD's drivers know by name, else `other`: a number from 0 to 255.
    static func preference(_ content: [UInt8]) -> String? {
        KernelText.word(content).map { preferences.contains($0) ? $0 : "other" }
    }

    /// The mode of intel_pstate or amd_pstate, else `other`.
    static func mode(_ content: [UInt8]) -> String? {
        KernelText.word(content).map { modes.contains($0) ? $0 : "other" }
    }

    /// A driver that the kernel ships, else `other`.
    static func driver(_ content: [UInt8]) -> String? {
        KernelText.word(content).map { drivers.contains($0) ? $0 : "other" }
    }

    /// 0 or 1.
    static func flag(_ content: [UInt8]) -> Bool? { KernelText.integer(content, in: 0...1).map { $0 == 1 } }

    /// A governor that the kernel ships, else `other`.
    static func governor(_ content: [UInt8]) -> String? {
        KernelText.word(content).map { governors.contains($0) ? $0 : "other" }
    }
}
