import Platform
import Telemetry

/// Interrupts and soft interrupts, and how evenly the CPUs share them, from `/proc/interrupts` and `/proc/softirqs`.
///
/// Sources: Documentation/filesystems/proc.rst of the kernel; arch/x86/kernel/irq.c for the names of rows.
struct InterruptCollector: Collector {
    static let id = "interrupts"
    // The kernel writes a number for each CPU and interrupt: some 400 KB on a host with 128 CPUs.
    static let defaultInterval = Duration.seconds(10)
    static let descriptors = [interrupts, kinds, imbalance, softInterrupts, softImbalance]

    private static let interrupts = MetricDescriptor(
        .counter, "latencyd_interrupts", help: "Interrupts that a CPU handled.")
    private static let kinds = MetricDescriptor(
        .counter, "latencyd_interrupts_by_kind", help: "Interrupts that all CPUs handled, by what they are for.")
    private static let imbalance = MetricDescriptor(
        .gauge, "latencyd_interrupt_imbalance_ratio", unit: .ratio,
        help: "Device interrupts of the busiest online CPU over their mean, since the pass before: 1 is even.")
    private static let softInterrupts = MetricDescriptor(
        .counter, "latencyd_softirqs", help: "Soft interrupts that all CPUs handled, by kind.")
    private static let softImbalance = MetricDescriptor(
        .gauge, "latencyd_softirq_imbalance_ratio", unit: .ratio,
        help: "Soft interrupts of a kind on the busiest online CPU over their mean, since the pass before.")

    private var hard = InterruptTotals()
    private var soft = SoftInterruptTotals()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let hardTable = sampling.read(
            .procfs("interrupts"), unless: [.absent], limitBytes: HostFileLimits.tableBytes, PerCPUTable.init)
        let softTable = sampling.read(
            .procfs("softirqs"), unless: [.absent], limitBytes: HostFileLimits.tableBytes, InterruptText.softInterrupts)
        if let hardTable {
            hard.advance(to: hardTable)
            for cpu in hardTable.cpus {
                sampling.add(Self.interrupts, hard.cpus[cpu].labels, Double(hard.cpus[cpu].total))
            }
            for kind in hard.kinds.values.sorted(by: { $0.place < $1.place }) {
                sampling.add(Self.kinds, kind.labels, Double(kind.total))
            }
            if let ratio = hard.imbalance { sampling.add(Self.imbalance, [:], ratio) }
        }
        if let softTable {
            // The table has a column for every CPU that could be there; which are online only the other one says.
            soft.advance(to: softTable, online: hardTable?.cpus ?? [])
            for kind in soft.kinds {
                sampling.add(Self.softInterrupts, kind.labels, Double(kind.total))
                if let ratio = kind.imbalance { sampling.add(Self.softImbalance, kind.labels, ratio) }
            }
        }
    }
}

/// Interrupts since the start, by CPU and by kind.
private struct InterruptTotals {
    struct CPU {
        let labels: LabelSet
        var total: UInt64 = 0
        /// What the last pass added.
        var increase: UInt64 = 0
        /// The part of it that devices raised; timers and the like are each CPU's own affair.
        var deviceIncrease: UInt64 = 0
    }

    struct Kind {
        let place: Int
        let labels: LabelSet
        var total: UInt64 = 0
    }

    /// By the CPU's number.
    private(set) var cpus: [CPU] = []
    private(set) var kinds: [String: Kind] = [:]
    /// nil in the first pass, when CPUs came or went, and when nothing happened.
    private(set) var imbalance: Double?

    private var increases = PerCPUIncreases()

    mutating func advance(to table: PerCPUTable) {
        let hasSameCPUs = increases.cpus == table.cpus
        let steps = increases.advance(to: table)
        while cpus.count <= table.cpus.last ?? 0 { cpus.append(CPU(labels: ["cpu": String(cpus.count)])) }
        for cpu in cpus.indices { (cpus[cpu].increase, cpus[cpu].deviceIncrease) = (0, 0) }
        // By column.
        var all = [UInt64](repeating: 0, count: table.cpus.count)
        var devices = all
        for (index, name) in table.names.enumerated() {
            let row = index * table.cpus.count..<(index + 1) * table.cpus.count
            let sum =
                InterruptText.isDevice(name) ? Self.add(steps[row], to: &devices) : Self.add(steps[row], to: &all)
            guard let kind = InterruptText.kind(of: name) else { continue }
            kinds[kind, default: Kind(place: InterruptText.place(of: kind), labels: ["kind": kind])].total += sum
        }
        for (column, cpu) in table.cpus.enumerated() {
            cpus[cpu].increase = all[column] + devices[column]
            cpus[cpu].deviceIncrease = devices[column]
        }
        for cpu in cpus.indices { cpus[cpu].total += cpus[cpu].increase }
        imbalance = hasSameCPUs ? PerCPUIncreases.imbalance(devices) : nil
    }

    /// Adds a row to the columns; returns its sum.
    private static func add(_ row: ArraySlice<UInt32>, to columns: inout [UInt64]) -> UInt64 {
        row.withUnsafeBufferPointer { row in
            columns.withUnsafeMutableBufferPointer { columns in
                var sum: UInt64 = 0
                for column in 0..<min(row.count, columns.count) {
                    columns[column] &+= UInt64(row[column])
                    sum &+= UInt64(row[column])
                }
                return sum
            }
        }
    }
}

/// Soft interrupts since the start, by kind.
private struct SoftInterruptTotals {
    struct Kind {
        let labels: LabelSet
        var total: UInt64 = 0
        /// nil in the first pass, when CPUs came or went, and when nothing happened.
        var imbalance: Double?
    }

    private(set) var kinds: [Kind] = []

    private var names: [String] = []
    private var increases = PerCPUIncreases()
    private var online: [Int] = []

    mutating func advance(to table: PerCPUTable, online: [Int]) {
        let isComparable = !online.isEmpty && self.online == online && increases.cpus == table.cpus
        let steps = increases.advance(to: table)
        self.online = online
        if names != table.names {
            let known = Dictionary(zip(names, kinds)) { first, _ in first }
            names = table.names
            kinds = names.map { known[$0] ?? Kind(labels: ["kind": $0.lowercased()]) }
        }
        let isOnline = Set(online)
        let columns = table.cpus.indices.filter { isOnline.contains(table.cpus[$0]) }
        for index in kinds.indices {
            let row = index * table.cpus.count
            for step in steps[row..<row + table.cpus.count] { kinds[index].total += UInt64(step) }
            kinds[index].imbalance =
                isComparable ? PerCPUIncreases.imbalance(columns.map { UInt64(steps[row + $0]) }) : nil
        }
    }
}

/// The names of rows in `/proc/interrupts` and `/proc/softirqs`.
enum InterruptText {
    /// Rows of devices have numbers.
    static func isDevice(_ name: String) -> Bool {
        name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The rows that are told apart: those of x86, and the first two of 64-bit ARM. All that devices raise is one
    /// kind; what is not listed is in the CPUs' totals only.
    private static let kinds = [
        ("NMI", "nmi"), ("LOC", "timer"), ("SPU", "spurious"), ("PMI", "performance_monitoring"),
        ("IWI", "irq_work"), ("RES", "rescheduling"), ("IPI0", "rescheduling"), ("CAL", "function_call"),
        ("IPI1", "function_call"), ("TLB", "tlb_shootdown"), ("TRM", "thermal"), ("THR", "threshold"),
        ("DFR", "deferred_error"), ("MCE", "machine_check"), ("MCP", "machine_check_poll"),
        ("HYP", "hypervisor_callback"),
    ]
    private static let kindsByName = Dictionary(uniqueKeysWithValues: kinds)
    private static let places = Dictionary(
        (["device"] + kinds.map(\.1)).enumerated().map { ($0.element, $0.offset) }
    ) { first, _ in first }

    /// The ten that the kernel has (`softirq_to_name`).
    private static let softKinds: Set = [
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
    ]

    /// What a row is for; nil for one that is not told apart. A device's row is a number.
    static func kind(of row: String) -> String? {
        isDevice(row) ? "device" : kindsByName[row]
    }

    /// The kind's place in the order of exposition.
    static func place(of kind: String) -> Int { places[kind] ?? places.count }

    /// The table of soft interrupts; nil when a row has an unknown name.
    static func softInterrupts(_ content: [UInt8]) -> PerCPUTable? {
        guard let table = PerCPUTable(content), !table.names.isEmpty, table.names.allSatisfy(softKinds.contains) else {
            return nil
        }
        return table
    }
}
