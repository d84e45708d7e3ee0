/// A table with a column for each CPU, as `/proc/interrupts` and `/proc/softirqs` are.
struct PerCPUTable: Equatable {
    /// The most CPUs, more than the kernel can have (NR_CPUS).
    private static let cpusMax = 65_536

    /// The CPUs' numbers, ascending.
    let cpus: [Int]
    /// The rows' names, each once, without the colon.
    let names: [String]
    /// The counts, row by row, in the order of `cpus`.
    let counts: [UInt32]

    /// The most rows times CPUs, those that are not there included: 4,096 interrupts on 1,024 CPUs.
    static let cellsMax = 1 << 22

    /// A head like `CPU0 CPU1 CPU3`, then rows like `24: 1 0 7 IO-APIC 5-edge ACPI:Ged`. A row that has one count and
    /// nothing else (`ERR: 0`) is the host's and left out. nil when anything else stands there.
    init?(_ content: [UInt8]) {
        guard var table = TableScanner(content), let cpus = Self.cpus(&table) else { return nil }
        var names: [String] = []
        var counts: [UInt32] = []
        counts.reserveCapacity(content.count / 11)
        while table.nextLine() {
            guard let field = table.word(), field.count > 1, field.last == ":" else { return nil }
            let name = String(field.dropLast())
            let start = counts.count
            while counts.count - start < cpus.count, let count = table.number() {
                guard let count = UInt32(exactly: count) else { return nil }
                counts.append(count)
            }
            if Self.hostRows.contains(name) || (counts.count - start == 1 && cpus.count > 1 && table.isAtLineEnd) {
                counts.removeSubrange(start...)
                continue
            }
            guard counts.count - start == cpus.count else { return nil }
            names.append(name)
        }
        guard Set(names).count == names.count, names.count * ((cpus.last ?? 0) + 1) <= Self.cellsMax else {
            return nil
        }
        self.cpus = cpus
        self.names = names
        self.counts = counts
    }

    /// The counts of the row at `index`.
    func row(_ index: Int) -> ArraySlice<UInt32> { counts[index * cpus.count..<(index + 1) * cpus.count] }

    /// On a host with one CPU these look like any other row.
    private static let hostRows: Set = ["ERR", "MIS", "Err"]

    private static func cpus(_ table: inout TableScanner) -> [Int]? {
        var cpus: [Int] = []
        while let field = table.field() {
            guard field.starts(with: "CPU".utf8),
                let cpu = KernelText.decimal(field.dropFirst(3), in: 0...Int64(cpusMax - 1)),
                cpus.last ?? -1 < Int(cpu)
            else { return nil }
            cpus.append(Int(cpu))
        }
        return cpus.isEmpty ? nil : cpus
    }
}

/// What the counts of a ``PerCPUTable`` grew by from pass to pass.
///
/// They wrap at 32 bits; rows come and go with their devices, columns with CPUs that are switched on and off.
struct PerCPUIncreases: Sendable {
    /// The last counts, by row and the CPU's number; those of a CPU that is switched off stay.
    private var counts: [String: [UInt32]] = [:]
    /// Whether a CPU, by its number, was ever there.
    private var known: [Bool] = []
    /// The CPUs of the last table.
    private(set) var cpus: [Int] = []

    /// What each count grew by, in the layout of `table.counts`. In the first table that is everything; later on a CPU
    /// that was never there before adds nothing, and a row that was not there before all it has.
    mutating func advance(to table: PerCPUTable) -> [UInt32] {
        let isFirst = known.isEmpty
        let columns = (table.cpus.last ?? 0) + 1
        if known.count < columns { known += repeatElement(false, count: columns - known.count) }
        var increases = table.counts
        for (index, name) in table.names.enumerated() {
            let start = index * table.cpus.count
            Self.advance(
                &counts[name, default: []], to: table, at: start, isFirst ? nil : known, &increases)
        }
        for cpu in table.cpus { known[cpu] = true }
        cpus = table.cpus
        if counts.count > table.names.count {
            let names = Set(table.names)
            counts = counts.filter { names.contains($0.key) }
        }
        return increases
    }

    /// One row, whose counts begin at `start`; `known` is nil in the first table.
    // Static, so that the row has one owner and is not copied.
    private static func advance(
        _ row: inout [UInt32], to table: PerCPUTable, at start: Int, _ known: [Bool]?, _ increases: inout [UInt32]
    ) {
        let columns = (table.cpus.last ?? 0) + 1
        if row.count < columns { row += repeatElement(0, count: columns - row.count) }
        for (column, cpu) in table.cpus.enumerated() {
            let count = table.counts[start + column]
            let isCounted = known?[cpu] ?? true
            increases[start + column] = isCounted ? ContinuedCounter.increase(from: row[cpu], to: count) : 0
            row[cpu] = count
        }
    }

    /// The largest of `increases` over their mean: 1 when all are the same, their number when all is one's. nil when
    /// nothing happened.
    static func imbalance(_ increases: some Collection<UInt64>) -> Double? {
        let sum = increases.reduce(0, +)
        guard sum > 0, let largest = increases.max() else { return nil }
        return Double(largest) * Double(increases.count) / Double(sum)
    }
}
