import Platform
import Telemetry

/// How often, and for how long, heat made CPUs run slower, from `/sys/devices/system/cpu/cpu*/thermal_throttle`.
///
/// Hyper-threads share their core's counts and all CPUs of a package share its counts: each is given once, under the
/// first CPU that shares it. Intel only; the times exist since Linux 5.5.
/// Source: arch/x86/kernel/cpu/mce and drivers/thermal/intel/therm_throt.c of the kernel.
struct CPUThrottleCollector: Collector {
    static let id = "cpu_throttle"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [seconds, events, longest]

    private static let seconds = MetricDescriptor(
        .counter, "latencyd_cpu_throttle_seconds", unit: .seconds,
        help: "Time in which heat made a core, or a package, run slower.")
    private static let events = MetricDescriptor(
        .counter, "latencyd_cpu_throttle_events", help: "How often heat made a core, or a package, run slower.")
    private static let longest = MetricDescriptor(
        .gauge, "latencyd_cpu_throttle_longest_seconds", unit: .seconds,
        help: "The longest time for which heat made a core, or a package, run slower.")

    private var sources = Discovery<[ThrottleSource]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for source in try sources(&sampling, find: Self.sources) {
            if let count = sampling.read(source.count, CPUThrottleText.count) {
                sampling.add(Self.events, source.labels, Double(count))
            }
            if let path = source.total, let seconds = sampling.read(path, CPUThrottleText.seconds) {
                sampling.add(Self.seconds, source.labels, seconds)
            }
            if let path = source.longest, let seconds = sampling.read(path, CPUThrottleText.seconds) {
                sampling.add(Self.longest, source.labels, seconds)
            }
        }
    }

    private static func sources(_ sampling: inout Sampling) throws(CollectorError) -> [ThrottleSource] {
        var sources: [ThrottleSource] = []
        for cpu in try sampling.entries(in: .sysfs("devices/system/cpu"), prefix: "cpu") {
            let folder = cpu.path / "thermal_throttle"
            let names = sampling.namesOrNone(in: folder)
            for scope in ThrottleScope.allCases where names.contains("\(scope)_throttle_count") {
                guard scope.isFirst(cpu, &sampling) else { continue }
                sources.append(ThrottleSource(folder, names, scope, cpu))
            }
        }
        return sources
    }
}

/// What CPUs share a throttle count.
private enum ThrottleScope: String, CaseIterable {
    case core
    case package

    /// Whether the CPU is the first one of those that share the count. A kernel that does not say who shares has
    /// nobody who does.
    func isFirst(_ cpu: NumberedEntry, _ sampling: inout Sampling) -> Bool {
        let file =
            switch self {
            case .core: "thread_siblings_list"
            case .package: "core_siblings_list"
            }
        switch sampling.look(cpu.path / "topology" / file, KernelText.firstOfList) {
        case .value(let first): return first == cpu.number
        case .absent: return true
        case .failed: return false
        }
    }
}

/// The counts of one core or package as they were found.
private struct ThrottleSource {
    let count: HostPath
    let total: HostPath?
    let longest: HostPath?
    let labels: LabelSet

    init(_ folder: HostPath, _ names: Set<String>, _ scope: ThrottleScope, _ cpu: NumberedEntry) {
        func file(_ name: String) -> HostPath? { names.contains(name) ? folder / name : nil }
        count = folder / "\(scope)_throttle_count"
        total = file("\(scope)_throttle_total_time_ms")
        longest = file("\(scope)_throttle_max_time_ms")
        labels = ["cpu": cpu.label, "scope": scope.rawValue]
    }
}

/// What stands in the files of `thermal_throttle`.
enum CPUThrottleText {
    /// Exact as a Double. The kernel's counts have 64 bits.
    private static let numbers: ClosedRange<Int64> = 0...(1 << 53)

    static func count(_ content: [UInt8]) -> Int64? { KernelText.integer(content, in: numbers) }

    /// Milliseconds to seconds.
    static func seconds(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: numbers).map { Double($0) / 1_000 }
    }
}
