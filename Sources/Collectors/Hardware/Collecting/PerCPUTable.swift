/// A table with a column for each CPU, as `/proc/interrupts` and `/proc/softirqs` are.
struct PerCPUTable: Equatable {
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
            guard table.numbers(cpus.count, into: &counts) else { return nil }
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
                let cpu = KernelText.decimal(field.dropFirst(3), in: KernelNumbers.cpus),
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
    /// The table of the pass before.
    private var latest: PerCPUTable?
    /// Earlier counts, by row and the CPU's number, of which those in `latest` are the newer ones; those of a CPU that
    /// is switched off stay.
    private var counts: [String: [UInt32]] = [:]
    /// Whether a CPU, by its number, was ever there.
    private var known: [Bool] = []

    /// The CPUs of the last table.
    var cpus: [Int] { latest?.cpus ?? [] }

    /// What each count grew by, in the layout of `table.counts`. In the first table that is everything; later on a CPU
    /// that was never there before adds nothing, and a row that was not there before all it has.
    mutating func advance(to table: PerCPUTable) -> [UInt32] {
        defer { latest = table }
        guard let latest else {
            know(table.cpus)
            return table.counts
        }
        if latest.cpus == table.cpus, latest.names == table.names {
            return Self.increases(from: latest.counts, to: table.counts)
        }
        keep(latest)
        var increases = table.counts
        for (index, name) in table.names.enumerated() {
            let row = counts[name] ?? []
            for (column, cpu) in table.cpus.enumerated() {
                let place = index * table.cpus.count + column
                let isKnown = cpu < known.count && known[cpu]
                let before = cpu < row.count ? row[cpu] : 0
                increases[place] = isKnown ? ContinuedCounter.increase(from: before, to: increases[place]) : 0
            }
        }
        let names = Set(table.names)
        counts = counts.filter { names.contains($0.key) }
        know(table.cpus)
        return increases
    }

    /// Row by row, since the layout is the same.
    private static func increases(from before: [UInt32], to now: [UInt32]) -> [UInt32] {
        let count = min(before.count, now.count)
        return [UInt32](unsafeUninitializedCapacity: count) { increases, written in
            before.withUnsafeBufferPointer { before in
                now.withUnsafeBufferPointer { now in
                    for place in 0..<count {
                        increases[place] = ContinuedCounter.increase(from: before[place], to: now[place])
                    }
                }
            }
            written = count
        }
    }

    private mutating func know(_ cpus: [Int]) {
        let columns = (cpus.last ?? 0) + 1
        if known.count < columns { known += repeatElement(false, count: columns - known.count) }
        for cpu in cpus { known[cpu] = true }
    }

    /// Puts the counts of a table where they are found by row and CPU.
    private mutating func keep(_ table: PerCPUTable) {
        let columns = (table.cpus.last ?? 0) + 1
        for (index, name) in table.names.enumerated() {
            var row = counts.removeValue(forKey: name) ?? []
            if row.count < columns { row += repeatElement(0, count: columns - row.count) }
            for (cpu, count) in zip(table.cpus, table.row(index)) { row[cpu] = count }
            counts[name] = row
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
