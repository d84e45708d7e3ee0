import Platform
import Telemetry

/// How long tasks ran, and waited to run, on each CPU, from `/proc/schedstat`.
///
/// The kernel must have been built with CONFIG_SCHEDSTATS. Source: Documentation/scheduler/sched-stats.rst.
struct RunQueueCollector: Collector {
    static let id = "run_queue"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [waited, ran, timeslices]

    private static let waited = MetricDescriptor(
        .counter, "latencyd_runqueue_wait_seconds", unit: .seconds,
        help: "Time that tasks which could run waited for this CPU.")
    private static let ran = MetricDescriptor(
        .counter, "latencyd_runqueue_run_seconds", unit: .seconds, help: "Time that tasks ran on this CPU.")
    private static let timeslices = MetricDescriptor(
        .counter, "latencyd_runqueue_timeslices", help: "How often a task was given this CPU.")

    private static let file = HostPath.procfs("schedstat")

    private var labels = CPULabels()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let delays = sampling.read(
            Self.file, unless: [.absent], limitBytes: HostFileLimits.tableBytes, RunQueueText.delays)
        for delay in delays ?? [] {
            let labels = labels[delay.cpu]
            sampling.add(Self.waited, labels, Double(delay.waitedNanoseconds) / 1e9)
            sampling.add(Self.ran, labels, Double(delay.ranNanoseconds) / 1e9)
            sampling.add(Self.timeslices, labels, Double(delay.timeslices))
        }
    }
}

/// What stands in `/proc/schedstat`.
enum RunQueueText {
    /// One CPU's line.
    struct Delay: Equatable {
        let cpu: Int
        let ranNanoseconds: UInt64
        let waitedNanoseconds: UInt64
        let timeslices: UInt64
    }

    /// Linux 2.6.30 (version 15) to 6.15 (17) and later. Before, times were not all nanoseconds; what a later version
    /// will mean is not known.
    private static let versions: ClosedRange<UInt64> = 15...17
    private static let numbersPerCPU = 9

    /// Lines like `cpu0 0 0 0 0 0 0 1234 567 8`, others between them. nil when the version is not known, or a CPU's
    /// line is anything else or comes twice.
    static func delays(_ content: [UInt8]) -> [Delay]? {
        guard var table = TableScanner(content), table.word() == "version", let version = table.number(),
            versions.contains(version)
        else { return nil }
        var delays: [Delay] = []
        while table.nextLine() {
            guard let name = table.field() else { return nil }
            guard name.starts(with: "cpu".utf8) else { continue }
            guard let delay = delay(name, &table), delay.cpu > delays.last?.cpu ?? -1 else { return nil }
            delays.append(delay)
        }
        return delays
    }

    private static func delay(_ name: ArraySlice<UInt8>, _ table: inout TableScanner) -> Delay? {
        guard let cpu = KernelText.decimal(name.dropFirst(3), in: KernelNumbers.cpus) else { return nil }
        var numbers: (UInt64, UInt64, UInt64) = (0, 0, 0)
        for _ in 0..<numbersPerCPU {
            guard let number = table.number() else { return nil }
            numbers = (numbers.1, numbers.2, number)
        }
        guard table.isAtLineEnd else { return nil }
        return Delay(
            cpu: Int(cpu), ranNanoseconds: numbers.0, waitedNanoseconds: numbers.1, timeslices: numbers.2)
    }
}
