import Platform
import Telemetry

/// How long, and how often, CPUs slept in each idle state, from `/sys/devices/system/cpu/cpu*/cpuidle`.
///
/// All CPUs together by the state's name: what matters is how deep the host sleeps and how long waking from there
/// takes. Source: Documentation/admin-guide/pm/cpuidle.rst of the kernel.
struct CPUIdleCollector: Collector {
    static let id = "cpu_idle"
    // Two files for each state of each CPU.
    static let defaultInterval = Duration.seconds(10)
    static let descriptors = [slept, entries, exitLatency, targetResidency, disabled]

    private static let slept = MetricDescriptor(
        .counter, "latencyd_cpu_idle_state_seconds", unit: .seconds,
        help: "Time that CPUs slept in an idle state, all CPUs together.")
    private static let entries = MetricDescriptor(
        .counter, "latencyd_cpu_idle_state_entries", help: "How often CPUs went to sleep in an idle state.")
    private static let exitLatency = MetricDescriptor(
        .gauge, "latencyd_cpu_idle_exit_latency_seconds", unit: .seconds,
        help: "How long waking from an idle state takes at the worst.")
    private static let targetResidency = MetricDescriptor(
        .gauge, "latencyd_cpu_idle_target_residency_seconds", unit: .seconds,
        help: "How long a CPU must sleep in an idle state for it to be worth its while.")
    private static let disabled = MetricDescriptor(
        .gauge, "latencyd_cpu_idle_disabled_ratio", unit: .ratio,
        help: "Share of the CPUs on which an idle state is switched off.")

    private var states = Discovery<[IdleState]>()
    private var sums: [String: IdleSum] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for state in try states(&sampling, find: Self.states) {
            if let seconds = state.exitLatencySeconds { sampling.add(Self.exitLatency, state.labels, seconds) }
            if let seconds = state.targetResidencySeconds {
                sampling.add(Self.targetResidency, state.labels, seconds)
            }
            if let ratio = state.disabledRatio { sampling.add(Self.disabled, state.labels, ratio) }
            let microseconds = sums[state.name, default: IdleSum()].microseconds
                .add(state.times, &sampling, CPUIdleText.count)
            let entries = sums[state.name, default: IdleSum()].entries
                .add(state.usages, &sampling, CPUIdleText.count)
            if let microseconds { sampling.add(Self.slept, state.labels, Double(microseconds) / 1e6) }
            if let entries { sampling.add(Self.entries, state.labels, Double(entries)) }
        }
    }

    private static func states(_ sampling: inout Sampling) throws(CollectorError) -> [IdleState] {
        var states: [IdleState] = []
        var isOverLimit = false
        for cpu in try sampling.entries(in: .sysfs("devices/system/cpu"), prefix: "cpu") {
            for entry in sampling.entriesOrNone(in: cpu.path / "cpuidle", prefix: "state") {
                // A sum without one of its parts would be wrong, and whose part this is nobody knows.
                guard let name = sampling.read(entry.path / "name", CPUIdleText.name) else { return [] }
                if let place = states.firstIndex(where: { $0.name == name }) {
                    states[place].add(entry.path, &sampling)
                } else if states.count < CPUIdleText.statesMax {
                    states.append(IdleState(name, entry.path, &sampling))
                } else {
                    isOverLimit = true
                }
            }
        }
        if isOverLimit {
            sampling.count(
                .source(operation: "cpuidle", message: "more than \(CPUIdleText.statesMax) idle states by name"))
        }
        return states
    }
}

/// An idle state of all CPUs that have it, as it was found.
private struct IdleState {
    let name: String
    let labels: LabelSet
    /// The first CPU's; nil when it could not be read. Where two kinds of CPU share a state's name, theirs differ by
    /// little.
    let exitLatencySeconds: Double?
    /// The first CPU's; nil when it could not be read, or the kernel does not tell (before 4.14).
    let targetResidencySeconds: Double?
    private(set) var usages: [HostPath] = []
    private(set) var times: [HostPath] = []
    /// nil once it could not be read of one CPU.
    private var disabledCount: Int? = 0

    init(_ name: String, _ first: HostPath, _ sampling: inout Sampling) {
        self.name = name
        labels = ["state": name]
        exitLatencySeconds = sampling.read(first / "latency", CPUIdleText.seconds)
        targetResidencySeconds = sampling.read(first / "residency", unless: [.absent], CPUIdleText.seconds)
        add(first, &sampling)
    }

    /// nil when it could not be read of one CPU.
    var disabledRatio: Double? { disabledCount.map { Double($0) / Double(usages.count) } }

    /// Adds the state of one more CPU.
    mutating func add(_ folder: HostPath, _ sampling: inout Sampling) {
        usages.append(folder / "usage")
        times.append(folder / "time")
        // Kernels before 3.10 cannot switch states off.
        switch sampling.look(folder / "disable", CPUIdleText.isDisabled) {
        case .value(let isDisabled): disabledCount = disabledCount.map { $0 + (isDisabled ? 1 : 0) }
        case .absent: break
        case .failed: disabledCount = nil
        }
    }
}

private struct IdleSum {
    var microseconds = CounterSum()
    var entries = CounterSum()
}

/// What stands in the files of an idle state.
enum CPUIdleText {
    /// The most idle states by name. One CPU has at most 10 (CPUIDLE_STATE_MAX), and two kinds of CPU in one host share
    /// most names.
    static let statesMax = 16
    /// No state takes a minute to wake from.
    private static let latencyMicroseconds: ClosedRange<Int64> = 0...60_000_000

    /// Names are the driver's, such as `POLL`, `C1E` or `CPUPM L13 residency`; letters, digits and a few signs.
    static func name(_ content: [UInt8]) -> String? {
        guard let word = KernelText.word(content), word.utf8.count <= 32,
            word.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return word
    }

    /// Microseconds to seconds.
    static func seconds(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: latencyMicroseconds).map { Double($0) / 1e6 }
    }

    /// 0: it is used. Anything else: by the administrator (1) or the driver (2) it is not.
    static func isDisabled(_ content: [UInt8]) -> Bool? {
        KernelText.integer(content, in: 0...3).map { $0 != 0 }
    }

    /// Microseconds slept, or times entered; exact as a Double.
    static func count(_ content: [UInt8]) -> Int64? { KernelText.integer(content, in: 0...(1 << 53)) }
}
