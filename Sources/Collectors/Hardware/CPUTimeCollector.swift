import Platform
import Telemetry

/// Where the CPUs' time went, switches between tasks, and tasks that run or are blocked, from `/proc/stat`.
///
/// All CPUs together: what steals time from one of them shows in the run-queue delay of that CPU.
/// Source: Documentation/filesystems/proc.rst of the kernel, section 1.7.
struct CPUTimeCollector: Collector {
    static let id = "cpu_time"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = times + [switches, forks, running, blocked, boot]

    /// In the order of the file's first line.
    private static let times = [
        time("user", "Time in which CPUs ran programs at normal priority."),
        time("nice", "Time in which CPUs ran programs at lowered priority."),
        time("system", "Time in which CPUs ran the kernel."),
        time("idle", "Time in which CPUs had nothing to do."),
        time("iowait", "Time in which CPUs had nothing to do while a task waited for a disk."),
        time("irq", "Time in which CPUs served interrupts."),
        time("softirq", "Time in which CPUs served the deferred part of interrupts."),
        time("steal", "Time in which the hypervisor ran something else although a CPU of this machine had work."),
        time("guest", "Time in which CPUs ran virtual machines; part of user."),
        time("guest_nice", "Time in which CPUs ran virtual machines at lowered priority; part of nice."),
    ]
    private static let switches = MetricDescriptor(
        .counter, "latencyd_context_switches", help: "Switches from one task to another.")
    private static let forks = MetricDescriptor(.counter, "latencyd_forks", help: "Tasks that were started.")
    private static let running = MetricDescriptor(
        .gauge, "latencyd_tasks_running", help: "Tasks that run or wait for a CPU.")
    private static let blocked = MetricDescriptor(
        .gauge, "latencyd_tasks_blocked", help: "Tasks that wait for a disk to complete.")
    private static let boot = MetricDescriptor(
        .gauge, "latencyd_boot_time_seconds", unit: .seconds, help: "When the host was started, Unix time.")

    private static func time(_ state: String, _ help: String) -> MetricDescriptor {
        MetricDescriptor(.counter, "latencyd_cpu_\(state)_seconds", unit: .seconds, help: help)
    }

    private static let file = HostPath.procfs("stat")

    /// The highest ticks so far: the kernel lets some of these times go back a little.
    private var highest: [UInt64] = []

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        guard
            let reading = sampling.read(
                Self.file, unless: [.absent], limitBytes: HostFileLimits.tableBytes, CPUTimeText.reading)
        else { return }
        for (place, ticks) in reading.ticks.enumerated() {
            if place == highest.count { highest.append(ticks) }
            highest[place] = max(highest[place], ticks)
            sampling.add(Self.times[place], [:], Double(highest[place]) / KernelNumbers.ticksPerSecond)
        }
        for (descriptor, value) in [
            (Self.switches, reading.switches), (Self.forks, reading.forks), (Self.running, reading.running),
            (Self.blocked, reading.blocked), (Self.boot, reading.bootSeconds),
        ] {
            if let value { sampling.add(descriptor, [:], Double(value)) }
        }
    }
}

/// What stands in `/proc/stat`.
enum CPUTimeText {
    struct Reading: Equatable {
        /// Ticks that all CPUs spent: user, nice, system, idle, then as many of iowait, irq, softirq, steal, guest and
        /// guest_nice as the kernel has.
        var ticks: [UInt64] = []
        var switches: UInt64?
        var forks: UInt64?
        var running: UInt64?
        var blocked: UInt64?
        var bootSeconds: UInt64?
    }

    private static let ticksMin = 4
    private static let ticksMax = 10

    /// nil when the first line, or one of those that are taken, is anything else than it should be.
    static func reading(_ content: [UInt8]) -> Reading? {
        guard var table = TableScanner(content), table.word() == "cpu" else { return nil }
        var reading = Reading()
        while !table.isAtLineEnd {
            guard let ticks = table.number() else { return nil }
            if reading.ticks.count < ticksMax { reading.ticks.append(ticks) }
        }
        guard reading.ticks.count >= ticksMin else { return nil }
        while table.nextLine() {
            guard let name = table.field() else { return nil }
            guard take(name, &table, &reading) else { return nil }
        }
        return reading
    }

    /// Takes a line if it is one of those that are wanted. The others, one for each CPU and one for all interrupts,
    /// are passed over unread.
    private static func take(_ name: ArraySlice<UInt8>, _ table: inout TableScanner, _ reading: inout Reading) -> Bool {
        func number(_ part: WritableKeyPath<Reading, UInt64?>) -> Bool {
            guard reading[keyPath: part] == nil, let number = table.number(), table.isAtLineEnd else { return false }
            reading[keyPath: part] = number
            return true
        }
        if name.elementsEqual("ctxt".utf8) { return number(\.switches) }
        if name.elementsEqual("btime".utf8) { return number(\.bootSeconds) }
        if name.elementsEqual("processes".utf8) { return number(\.forks) }
        if name.elementsEqual("procs_running".utf8) { return number(\.running) }
        if name.elementsEqual("procs_blocked".utf8) { return number(\.blocked) }
        return true
    }
}
