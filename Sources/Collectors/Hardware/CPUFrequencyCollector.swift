import Platform
import Telemetry

/// The CPUs' frequencies, limits and governors, from `/sys/devices/system/cpu/cpufreq`.
///
/// Read by policy (a group of CPUs that share a clock) rather than by CPU: a clock that eight CPUs share is read
/// once. Source: Documentation/admin-guide/pm/cpufreq.rst of the kernel.
struct CPUFrequencyCollector: Collector {
    static let id = "cpu_frequency"
    // On some drivers reading the current frequency interrupts the CPU.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [current, lowest, highest, hardwareHighest, governor]

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

    private static let folder = HostPath.sysfs("devices/system/cpu/cpufreq")

    private var policies = Discovery<[Policy]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let policies = try policies(&sampling, find: Self.policies)
        var readings: [(cpu: PolicyCPU, reading: Reading)] = []
        for policy in policies {
            let reading = Reading(policy, &sampling)
            readings += policy.cpus.map { ($0, reading) }
        }
        for (cpu, reading) in readings.sorted(by: { $0.cpu.number < $1.cpu.number }) {
            add(reading, of: cpu, &sampling)
        }
    }

    private static func policies(_ sampling: inout Sampling) throws(CollectorError) -> [Policy] {
        try sampling.entries(in: folder, prefix: "policy").compactMap { Policy($0.path, &sampling) }
    }

    private func add(_ reading: Reading, of cpu: PolicyCPU, _ sampling: inout Sampling) {
        if let hertz = reading.current { sampling.add(Self.current, cpu.labels, hertz) }
        if let hertz = reading.lowest { sampling.add(Self.lowest, cpu.labels, hertz) }
        if let hertz = reading.highest { sampling.add(Self.highest, cpu.labels, hertz) }
        if let hertz = reading.hardwareHighest { sampling.add(Self.hardwareHighest, cpu.labels, hertz) }
        if let governor = reading.governor {
            sampling.add(Self.governor, ["cpu": cpu.labels["cpu"] ?? "", "governor": governor], 1)
        }
    }
}

/// One CPU of a policy, and its labels.
private struct PolicyCPU {
    let number: Int64
    let labels: LabelSet
}

/// A policy as it was found.
private struct Policy {
    let folder: HostPath
    let cpus: [PolicyCPU]

    /// nil when all its CPUs are offline (the kernel says so by EBUSY), or that could not be found out.
    init?(_ folder: HostPath, _ sampling: inout Sampling) {
        guard let cpus = sampling.read(folder / "affected_cpus", unless: [.busy], CPUFrequencyText.cpus) else {
            return nil
        }
        self.folder = folder
        self.cpus = cpus.map { PolicyCPU(number: $0, labels: ["cpu": String($0)]) }
    }
}

/// What one policy's files say; nil where one could not be read.
private struct Reading {
    let current: Double?
    let lowest: Double?
    let highest: Double?
    let hardwareHighest: Double?
    let governor: String?

    init(_ policy: Policy, _ sampling: inout Sampling) {
        let folder = policy.folder
        current = sampling.read(folder / "scaling_cur_freq", CPUFrequencyText.hertz)
        lowest = sampling.read(folder / "scaling_min_freq", CPUFrequencyText.hertz)
        highest = sampling.read(folder / "scaling_max_freq", CPUFrequencyText.hertz)
        hardwareHighest = sampling.read(folder / "cpuinfo_max_freq", CPUFrequencyText.hertz)
        governor = sampling.read(folder / "scaling_governor", CPUFrequencyText.governor)
    }
}

/// What stands in the files of a frequency policy.
enum CPUFrequencyText {
    /// No CPU runs below 1 kHz or at 20 GHz. A driver that does not know writes `<unknown>` or 0.
    private static let kilohertz: ClosedRange<Int64> = 1...20_000_000
    private static let governors: Set = [
        "performance", "powersave", "userspace", "ondemand", "conservative", "schedutil",
    ]
    /// More CPUs than the kernel can have (NR_CPUS).
    private static let cpusMax = 65_536

    /// Kilohertz to hertz.
    static func hertz(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: kilohertz).map { Double($0) * 1000 }
    }

    /// The numbers of a policy's CPUs that are online.
    static func cpus(_ content: [UInt8]) -> [Int64]? {
        KernelText.integers(content, in: 0...Int64(cpusMax - 1), countMax: cpusMax)
    }

    /// A governor that the kernel ships, else `other`.
    static func governor(_ content: [UInt8]) -> String? {
        KernelText.word(content).map { governors.contains($0) ? $0 : "other" }
    }
}
