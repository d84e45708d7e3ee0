import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Tables of the kernel")
struct TableScannerTests {
    @Test("fields stand between blanks, lines end with a line feed")
    func fields() throws {
        var table = try #require(TableScanner(Array("  a\tbc 12 x1\n\n18446744073709551615\n".utf8)))
        let words = [table.word(), table.word()]
        #expect(words == ["a", "bc"])
        let numbers = [table.number(), table.number()]
        #expect(numbers == [12, nil])
        let ends = [table.isAtLineEnd, table.word() != "x1", table.word() == nil, table.isAtLineEnd]
        #expect(ends == [false, false, true, true])
        let empty = (table.nextLine(), table.isAtLineEnd)
        #expect(empty == (true, true))
        let last = (table.nextLine(), table.number(), table.nextLine())
        #expect(last == (true, .max, false))
    }

    @Test(
        "a field that is no number stays for the next look",
        arguments: ["18446744073709551616", "-1", "+1", "1x", "x1", "0x1", "1:"])
    func noNumber(text: String) throws {
        var table = try #require(TableScanner(Array("\(text) 7\n".utf8)))
        let seen = (table.number(), table.word(), table.number())
        #expect(seen == (nil, text, 7))
    }

    @Test("a last line that was cut off makes it no table", arguments: ["", "a", "a 1\nb"])
    func cutOff(text: String) {
        #expect(TableScanner(Array(text.utf8)) == nil)
    }

    @Test("a word is printable ASCII of a bounded length")
    func words() throws {
        let longest = String(repeating: "n", count: KernelText.wordBytesMax)
        var table = try #require(TableScanner(Array("\(longest) \(longest)n é \u{1}\n".utf8)))
        let words = [table.word(), table.word(), table.word(), table.word()]
        #expect(words == [longest, nil, nil, nil])
    }
}

@Suite("Counters of 32 bits")
struct ContinuedCounterTests {
    @Test(
        "go on where they wrap, and take no step that did not happen",
        arguments: [
            (10, 25, 15), (25, 25, 0), (4_294_967_290, 4, 10), (4_294_967_295, 0, 1), (2_147_483_649, 0, 2_147_483_647),
            (2_147_483_648, 0, 0), (1000, 5, 0), (5_000_000_000, 5_000_000_007, 7), (5_000_000_000, 7, 0),
        ] as [(UInt64, UInt64, UInt64)])
    func steps(from: UInt64, to: UInt64, increase: UInt64) {
        var counter = ContinuedCounter(from)
        #expect(counter.total == from)
        counter.advance(to: to)
        #expect(counter.total == from + increase)
        counter.advance(to: to + 1)
        #expect(counter.total == from + increase + 1)
        if from <= UInt64(UInt32.max), to <= UInt64(UInt32.max) {
            #expect(ContinuedCounter.increase(from: UInt32(from), to: UInt32(to)) == UInt32(increase))
        }
    }
}

@Suite("Tables with a column for each CPU")
struct PerCPUTableTests {
    private static let head = "           CPU0       CPU2       \n"

    private func parse(_ text: String) -> PerCPUTable? { PerCPUTable(Array(text.utf8)) }

    @Test("rows have a count for each CPU; those of the host are left out")
    func rows() throws {
        let table = try #require(
            parse(
                Self.head + "  24:          1          0  IO-APIC   5-edge      ACPI:Ged\n"
                    + " LOC: 4294967295          7   Local timer interrupts\n ERR:          9\n MIS:          0\n"))
        #expect(table.cpus == [0, 2])
        #expect(table.names == ["24", "LOC"])
        #expect(table.counts == [1, 0, 4_294_967_295, 7])
        #expect(table.row(1) == [4_294_967_295, 7])
    }

    @Test("on a host with one CPU, the rows of the host are known by name")
    func oneCPU() throws {
        let table = try #require(parse("           CPU0\n  24:          1\n ERR:          9\n"))
        #expect(table.names == ["24"])
        #expect(table.counts == [1])
    }

    @Test(
        "anything else is garbled",
        arguments: [
            "", "\n", "CPU\n", "CPU1 CPU0\n", "CPU0 CPU0\n", "CPU-1\n", "CPU65536\n", "cpu0\n", head + "24 1 2\n",
            head + ": 1 2\n", head + "24: 1\n25: 1 x\n", head + "24: 1 x\n", head + "24: 1 4294967296\n",
            head + "24: -1 2\n", head + "24: 1 2\n24: 1 2\n", head + "24: 1 2\n\n", head + "24:\n", head + "24: 1 2",
        ])
    func garbled(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(
        "counts are the same however they are aligned",
        arguments: [
            ["0", "7", "10", "99"], ["12345678", "87654321", "99999999", "10000000"],
            ["100000000", "4294967295", "1234567890", "5"], ["00000001", "0", "00", "4294967294"],
        ])
    func alignment(cells: [String]) throws {
        let counts = try cells.map { try #require(UInt32($0)) }
        let head = "CPU0 CPU1 CPU2 CPU3\n"
        func rows(_ line: String) throws -> [UInt32] {
            let table = try #require(parse(head + line + "\n" + line.replacingFirstName() + "\n"))
            #expect(table.names == ["24", "LOC"])
            #expect(table.row(0) == table.row(1))
            return Array(table.row(0))
        }
        for width in 1...13 {
            let padded = cells.map { String(repeating: " ", count: max(1, width - $0.count)) + $0 }.joined()
            #expect(try rows(" 24:" + padded) == counts)
            #expect(try rows(" 24:" + padded + "   edge  x") == counts)
        }
        #expect(try rows("24:\t" + cells.joined(separator: "\t")) == counts)
    }

    @Test(
        "a column that holds anything but blanks and a number is none",
        arguments: [
            "          x", "         1x", "       1 1 ", "         +1", "         -1", "          \u{ff}",
            "       1 11",
            "   1234567:", "          /", "           ",
        ])
    func garbledColumn(cell: String) {
        #expect(parse("CPU0 CPU1\n24:          1\(cell)          7\n25: 1 x\n") == nil)
        #expect(parse("CPU0 CPU1\n24:          1\(cell)\n25: 1 x\n") == nil)
    }

    @Test("increases follow rows and CPUs that come and go")
    func increases() throws {
        var increases = PerCPUIncreases()
        func advance(_ text: String) throws -> [UInt32] { increases.advance(to: try #require(parse(text))) }
        // The first table counts from the start of the host.
        #expect(try advance("CPU0 CPU1\n1: 10 20\n2: 5 4294967290\n") == [10, 20, 5, 4_294_967_290])
        // A wrap, and a row that is new.
        #expect(try advance("CPU0 CPU1\n1: 11 20\n2: 5 4\n3: 7 0\n") == [1, 0, 0, 10, 7, 0])
        // CPU 1 is switched off, row 2 is gone.
        #expect(try advance("CPU0\n1: 12\n3: 8\n") == [1, 1])
        // Both are back: the CPU goes on, the row begins anew. CPU 2 counted before anybody looked.
        #expect(try advance("CPU0 CPU1 CPU2\n1: 12 25 999\n2: 3 0 999\n3: 8 0 0\n") == [0, 5, 0, 3, 0, 0, 0, 0, 0])
        #expect(try advance("CPU0 CPU1 CPU2\n1: 12 25 1000\n2: 3 0 999\n3: 8 0 0\n") == [0, 0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test(
        "the imbalance is the maximum over the mean",
        arguments: [
            ([5, 5, 5, 5], 1), ([0, 0, 8, 0], 4), ([3, 1], 1.5), ([7], 1), ([0, 0], nil), ([], nil),
        ] as [([UInt64], Double?)])
    func imbalance(increases: [UInt64], ratio: Double?) {
        #expect(PerCPUIncreases.imbalance(increases) == ratio)
    }
}

extension String {
    /// This line as that of another row.
    fileprivate func replacingFirstName() -> String {
        guard let colon = firstIndex(of: ":") else { return self }
        return " LOC" + self[colon...]
    }
}
