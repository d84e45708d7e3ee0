import Platform
import Telemetry

/// Packets that each CPU took from the network, from `/proc/net/softnet_stat`: how many it had to drop, and how often
/// its time for them ran out.
///
/// Source: net/core/net-procfs.c of the kernel.
struct SoftnetCollector: Collector {
    static let id = "softnet"
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [processed, dropped, squeezed]

    private static let processed = MetricDescriptor(
        .counter, "latencyd_softnet_processed", help: "Packets that a CPU took from the network.")
    private static let dropped = MetricDescriptor(
        .counter, "latencyd_softnet_dropped", help: "Packets that a CPU dropped since its backlog was full.")
    private static let squeezed = MetricDescriptor(
        .counter, "latencyd_softnet_time_squeezed",
        help: "Times that a CPU's budget for packets ran out with packets left, which then waited.")

    /// By the CPU's number; nil for one that has never been online.
    private var cpus: [CPUCounters?] = []

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        guard
            let lines = sampling.read(
                .procfs("net/softnet_stat"), unless: [.absent], limitBytes: HostFileLimits.tableBytes, SoftnetText.lines
            ),
            let numbers = numbers(of: lines, &sampling)
        else { return }
        for (cpu, line) in zip(numbers, lines) {
            while cpus.count <= cpu { cpus.append(nil) }
            if cpus[cpu] == nil { cpus[cpu] = CPUCounters(cpu, line) }
            cpus[cpu]?.advance(to: line)
        }
        for cpu in numbers {
            guard let counters = cpus[cpu] else { continue }
            sampling.add(Self.processed, counters.labels, Double(counters.processed.total))
            sampling.add(Self.dropped, counters.labels, Double(counters.dropped.total))
            sampling.add(Self.squeezed, counters.labels, Double(counters.squeezed.total))
        }
    }

    /// Which CPU each line is about. Kernels before 5.10 do not say; they have a line for each CPU that is online.
    private func numbers(of lines: [SoftnetText.Line], _ sampling: inout Sampling) -> [Int]? {
        let written = lines.compactMap(\.cpu)
        if written.count == lines.count { return written }
        return sampling.read(.sysfs("devices/system/cpu/online")) { content in
            SoftnetText.online(content).flatMap { $0.count == lines.count ? $0 : nil }
        }
    }
}

/// What was counted on one CPU.
private struct CPUCounters {
    let labels: LabelSet
    var processed: ContinuedCounter
    var dropped: ContinuedCounter
    var squeezed: ContinuedCounter

    init(_ cpu: Int, _ line: SoftnetText.Line) {
        labels = ["cpu": String(cpu)]
        processed = ContinuedCounter(UInt64(line.processed))
        dropped = ContinuedCounter(UInt64(line.dropped))
        squeezed = ContinuedCounter(UInt64(line.squeezed))
    }

    mutating func advance(to line: SoftnetText.Line) {
        processed.advance(to: UInt64(line.processed))
        dropped.advance(to: UInt64(line.dropped))
        squeezed.advance(to: UInt64(line.squeezed))
    }
}

/// What stands in `/proc/net/softnet_stat`.
enum SoftnetText {
    struct Line: Equatable {
        let processed: UInt32
        let dropped: UInt32
        let squeezed: UInt32
        /// nil where the kernel does not say.
        let cpu: Int?
    }

    /// The place of the CPU's number among the columns.
    private static let cpuColumn = 12

    /// Hexadecimal numbers of eight digits: three or more a line, the same number in each line, CPUs each once.
    static func lines(_ content: [UInt8]) -> [Line]? {
        guard var table = TableScanner(content) else { return nil }
        var lines: [Line] = []
        repeat {
            var first: (UInt32, UInt32, UInt32) = (0, 0, 0)
            var cpu: Int?
            var column = 0
            while let field = table.field() {
                guard field.count == 8, let number = hexadecimal(field) else { return nil }
                switch column {
                case 0: first.0 = number
                case 1: first.1 = number
                case 2: first.2 = number
                case cpuColumn: cpu = Int(number)
                default: break
                }
                column += 1
            }
            guard column >= 3, cpu ?? 0 < KernelNumbers.cpusMax else { return nil }
            lines.append(Line(processed: first.0, dropped: first.1, squeezed: first.2, cpu: cpu))
        } while table.nextLine()
        let cpus = lines.compactMap(\.cpu)
        guard cpus.isEmpty || (cpus.count == lines.count && Set(cpus).count == cpus.count) else { return nil }
        return lines
    }

    /// The CPUs of a list like `0-3,8`.
    static func online(_ content: [UInt8]) -> [Int]? {
        guard let word = KernelText.word(content) else { return nil }
        var cpus: [Int] = []
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .compactMap { KernelText.decimal($0.utf8, in: KernelNumbers.cpus).map { Int($0) } }
            guard let first = ends.first, let last = ends.last, ends.count == (part.contains("-") ? 2 : 1),
                first <= last, cpus.last ?? -1 < first
            else { return nil }
            cpus += first...last
        }
        return cpus
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            let number: UInt8 =
                switch digit {
                case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
                case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
                default: 16
                }
            guard number < 16 else { return nil }
            value = value << 4 | UInt32(number)
        }
        return value
    }
}
