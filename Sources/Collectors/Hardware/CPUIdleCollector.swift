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
    static let descriptors = [slept, entries, exitLatency, disabled]

    private static let slept = MetricDescriptor(
        .counter, "latencyd_cpu_idle_state_seconds", unit: .seconds,
        help: "Time that CPUs slept in an idle state, all CPUs together.")
    private static let entries = MetricDescriptor(
        .counter, "latencyd_cpu_idle_state_entries", help: "How often CPUs went to sleep in an idle state.")
    private static let exitLatency = MetricDescriptor(
        .gauge, "latencyd_cpu_idle_exit_latency_seconds", unit: .seconds,
        help: "How long waking from an idle state takes at the worst.")
    private static let disabled = MetricDescriptor(
        .gauge, "latencyd_cpu_idle_disabled_ratio", unit: .ratio,
        help: "Share of the CPUs on which an idle state is switched off.")

    private var states = Discovery<[IdleState]>()
    private var sums: [String: IdleSum] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for state in try states(&sampling, find: Self.states) {
            sampling.add(Self.exitLatency, state.labels, state.exitLatencySeconds)
            sampling.add(Self.disabled, state.labels, state.disabledRatio)
            var sum = sums[state.name] ?? IdleSum()
            let microseconds = sum.microseconds.add(state.times, &sampling, CPUIdleText.count)
            let entries = sum.entries.add(state.usages, &sampling, CPUIdleText.count)
            sums[state.name] = sum
            if let microseconds { sampling.add(Self.slept, state.labels, Double(microseconds) / 1e6) }
            if let entries { sampling.add(Self.entries, state.labels, Double(entries)) }
        }
    }

    private static func states(_ sampling: inout Sampling) throws(CollectorError) -> [IdleState] {
        var states: [IdleState] = []
        var failedNames: Set<String> = []
        for cpu in try sampling.entries(in: .sysfs("devices/system/cpu"), prefix: "cpu") {
            for entry in sampling.entriesOrNone(in: cpu.path / "cpuidle", prefix: "state") {
                // A sum without one of its parts would be wrong, and whose part this is nobody knows.
                guard let name = sampling.read(entry.path / "name", CPUIdleText.name) else { return [] }
                if let place = states.firstIndex(where: { $0.name == name }) {
                    if !states[place].add(entry.path, &sampling) { failedNames.insert(name) }
                } else if states.count < CPUIdleText.statesMax, !failedNames.contains(name) {
                    guard let state = IdleState(name, entry.path, &sampling) else {
                        failedNames.insert(name)
                        continue
                    }
                    states.append(state)
                }
            }
        }
        return states.filter { !failedNames.contains($0.name) }
    }
}

/// An idle state of all CPUs that have it, as it was found.
private struct IdleState {
    let name: String
    let labels: LabelSet
    /// The first CPU's. Where two kinds of CPU share a state's name, theirs differ by little.
    let exitLatencySeconds: Double
    private(set) var usages: [HostPath] = []
    private(set) var times: [HostPath] = []
    private var disabledCount = 0

    init?(_ name: String, _ first: HostPath, _ sampling: inout Sampling) {
        guard let seconds = sampling.read(first / "latency", CPUIdleText.seconds) else { return nil }
        self.name = name
        labels = ["state": name]
        exitLatencySeconds = seconds
        guard add(first, &sampling) else { return nil }
    }

    var disabledRatio: Double { Double(disabledCount) / Double(usages.count) }

    /// Adds the state of one more CPU. False when it could not be read whether it is switched off.
    mutating func add(_ folder: HostPath, _ sampling: inout Sampling) -> Bool {
        // Kernels before 3.10 cannot switch states off.
        switch sampling.look(folder / "disable", CPUIdleText.isDisabled) {
        case .value(let isDisabled): disabledCount += isDisabled ? 1 : 0
        case .absent: break
        case .failed: return false
        }
        usages.append(folder / "usage")
        times.append(folder / "time")
        return true
    }
}

private struct IdleSum {
    var microseconds = CounterSum()
    var entries = CounterSum()
}

/// What stands in the files of an idle state.
enum CPUIdleText {
    /// The kernel's CPUIDLE_STATE_MAX is 10; two kinds of CPU may have different ones.
    static let statesMax = 32
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
