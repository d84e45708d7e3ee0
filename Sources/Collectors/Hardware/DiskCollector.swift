import Platform
import Telemetry

/// Operations of the disks and how long they took, from `/proc/diskstats`.
///
/// Source: Documentation/admin-guide/iostats.rst of the kernel.
struct DiskCollector: Collector {
    static let id = "disk"
    // The kernel adds up the counts of all CPUs for each read.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [operations, operationTime, transferred, busy, queued, inFlight]

    private static let operations = MetricDescriptor(
        .counter, "latencyd_disk_operations", help: "Operations that a disk completed.")
    private static let operationTime = MetricDescriptor(
        .counter, "latencyd_disk_operation_seconds", unit: .seconds,
        help: "Time that operations took, waiting included; over the operations, it is their latency.")
    private static let transferred = MetricDescriptor(
        .counter, "latencyd_disk_bytes", unit: .bytes, help: "Bytes that a disk read, wrote or discarded.")
    private static let busy = MetricDescriptor(
        .counter, "latencyd_disk_busy_seconds", unit: .seconds,
        help: "Time in which a disk had something to do; its rate is the utilisation.")
    private static let queued = MetricDescriptor(
        .counter, "latencyd_disk_queue_seconds", unit: .seconds,
        help: "Time in which a disk had something to do, times how much; its rate is the mean length of the queue.")
    private static let inFlight = MetricDescriptor(
        .gauge, "latencyd_disk_in_flight", help: "Operations that a disk was given and has not completed.")

    private var found = Discovery<[String: Disk]>()
    private var times: [String: DiskTimes] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let found = try found(&sampling, find: Self.find)
        if found.isEmpty { return times.removeAll() }
        // Partitions have lines of their own, but no folder in /sys/block.
        let lines = sampling.read(.procfs("diskstats"), limitBytes: HostFileLimits.tableBytes, DiskText.lines) ?? []
        let disks = lines.compactMap { line in found[line.device].map { (line, $0) } }
        if sampling.looksAnew { times = times.filter { found[$0.key] != nil } }
        for (line, _) in disks { times[line.device, default: DiskTimes(line)].advance(to: line) }
        for (line, disk) in disks {
            guard let times = times[line.device] else { continue }
            add(line, times, of: disk, &sampling)
        }
    }

    private func add(_ line: DiskText.Line, _ times: DiskTimes, of disk: Disk, _ sampling: inout Sampling) {
        for ((operation, time), labels) in zip(zip(line.operations, times.operations), disk.operationLabels) {
            sampling.add(Self.operations, labels, Double(operation.count))
            sampling.add(Self.operationTime, labels, Double(time.total) / 1000)
            if let bytes = operation.bytes { sampling.add(Self.transferred, labels, bytes) }
        }
        sampling.add(Self.busy, disk.labels, Double(times.busy.total) / 1000)
        sampling.add(Self.queued, disk.labels, Double(times.queued.total) / 1000)
        sampling.add(Self.inFlight, disk.labels, Double(line.inFlight))
    }

    private static func find(_ sampling: inout Sampling) throws(CollectorError) -> [String: Disk] {
        let names = try sampling.names(in: .sysfs("block")).filter { name in
            DiskText.isHardware(name) && KernelText.word(Array(name.utf8)) != nil
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, Disk($0)) })
    }
}

/// A disk as it was found.
private struct Disk {
    let labels: LabelSet
    /// In the order of ``DiskText/operations``.
    let operationLabels: [LabelSet]

    init(_ name: String) {
        labels = ["device": name]
        operationLabels = DiskText.operations.map { ["device": name, "operation": $0] }
    }
}

/// Milliseconds, which the kernel writes with 32 bits: they start again after 50 days, those of a queue sooner.
private struct DiskTimes {
    private(set) var operations: [ContinuedCounter]
    private(set) var busy: ContinuedCounter
    private(set) var queued: ContinuedCounter

    init(_ line: DiskText.Line) {
        operations = line.operations.map { ContinuedCounter($0.milliseconds) }
        busy = ContinuedCounter(line.busyMilliseconds)
        queued = ContinuedCounter(line.queueMilliseconds)
    }

    mutating func advance(to line: DiskText.Line) {
        for (index, operation) in line.operations.enumerated() where index < operations.count {
            operations[index].advance(to: operation.milliseconds)
        }
        busy.advance(to: line.busyMilliseconds)
        queued.advance(to: line.queueMilliseconds)
    }
}

/// What stands in `/proc/diskstats`.
enum DiskText {
    /// The kinds of operations in the order of the file.
    static let operations = ["read", "write", "discard", "flush"]

    /// Disks that are no hardware: they lie in memory or on other disks, which count the same operations, or are
    /// there without a medium.
    private static let leftOut = ["loop", "ram", "zram", "dm-", "md", "nbd", "sr", "fd"]

    /// Whether what `/sys/block` names so is a disk that is hardware.
    static func isHardware(_ name: String) -> Bool { !leftOut.contains { name.hasPrefix($0) } }

    struct Operation: Equatable {
        let count: UInt64
        let milliseconds: UInt64
        /// nil for a flush, which moves none.
        let bytes: Double?
    }

    /// A disk's or a partition's line.
    struct Line: Equatable {
        let device: String
        /// The first two, three or four of ``DiskText/operations``, as many as the kernel has.
        let operations: [Operation]
        let inFlight: UInt64
        let busyMilliseconds: UInt64
        let queueMilliseconds: UInt64
    }

    /// Sectors of 512 bytes, whatever the disk's own are.
    private static let sectorBytes = 512.0

    /// Lines like `259 0 nvme0n1 104 …` with 11, 15 (from 4.18) or 17 (from 5.5) numbers after the name; further
    /// ones are left. nil when anything else stands there.
    static func lines(_ content: [UInt8]) -> [Line]? {
        guard var table = TableScanner(content) else { return nil }
        var lines: [Line] = []
        repeat {
            guard let line = line(&table) else { return nil }
            lines.append(line)
        } while table.nextLine()
        guard Set(lines.lazy.map(\.device)).count == lines.count else { return nil }
        return lines
    }

    private static func line(_ table: inout TableScanner) -> Line? {
        guard table.number() != nil, table.number() != nil, let device = table.word() else { return nil }
        var numbers: [UInt64] = []
        numbers.reserveCapacity(17)
        while let number = table.number() { numbers.append(number) }
        guard table.isAtLineEnd, numbers.count == 11 || numbers.count == 15 || numbers.count >= 17 else { return nil }
        // Completed, merged, sectors, milliseconds.
        func transfer(at place: Int) -> Operation {
            Operation(
                count: numbers[place], milliseconds: numbers[place + 3],
                bytes: Double(numbers[place + 2]) * sectorBytes)
        }
        var operations = [transfer(at: 0), transfer(at: 4)]
        if numbers.count >= 15 { operations.append(transfer(at: 11)) }
        if numbers.count >= 17 {
            operations.append(Operation(count: numbers[15], milliseconds: numbers[16], bytes: nil))
        }
        return Line(
            device: device, operations: operations, inFlight: numbers[8], busyMilliseconds: numbers[9],
            queueMilliseconds: numbers[10])
    }
}
