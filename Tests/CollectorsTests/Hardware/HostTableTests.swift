import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Interrupts")
struct InterruptTests {
    private let hard = HostPath.procfs("interrupts")
    private let soft = HostPath.procfs("softirqs")

    private func key(_ name: String, _ labels: LabelSet = [:]) -> SampleKey {
        SampleKey(family: "latencyd_" + name, labels: labels)
    }

    @Test("a table whose CPUs have high numbers may have few rows: each row has room for all below")
    func cells() {
        func table(_ rows: Int) -> PerCPUTable? {
            PerCPUTable(Array(("CPU65535\n" + (0..<rows).map { "\($0): 1 x\n" }.joined()).utf8))
        }
        #expect(table(PerCPUTable.cellsMax / 65_536) != nil)
        #expect(table(PerCPUTable.cellsMax / 65_536 + 1) == nil)
    }

    @Test("rows are told apart by what they are for")
    func kinds() {
        let rows = ["24", "LOC", "IPI0", "RES", "IPI1", "XYZ", "NMI"]
        #expect(
            rows.map(InterruptText.kind)
                == ["device", "timer", "rescheduling", "rescheduling", "function_call", nil, "nmi"])
    }

    @Test("imbalance is that of the time since the pass before, over online CPUs")
    func imbalance() {
        var collector: any Collector = InterruptCollector()
        func pass(_ hardText: String, _ softText: String) -> [SampleKey: SampleValue] {
            var files = InMemoryHostFiles()
            files.write(hardText, to: hard)
            files.write(softText, to: soft)
            return CollectorPass(of: &collector, declared: InterruptCollector.descriptors, on: files).values
        }
        let first = pass("CPU0 CPU1\n24: 900 0\nLOC: 10 10\n", "CPU0 CPU1 CPU2 CPU3\nRCU: 1 2 0 0\nHI: 5 5 0 0\n")
        #expect(first[key("interrupt_imbalance_ratio")] == nil)
        #expect(first[key("interrupts", ["cpu": "0"])] == .number(910))
        #expect(first[key("interrupts_by_kind", ["kind": "device"])] == .number(900))
        let second = pass("CPU0 CPU1\n24: 930 0\nLOC: 20 20\n", "CPU0 CPU1 CPU2 CPU3\nRCU: 2 5 0 0\nHI: 5 5 0 0\n")
        #expect(second[key("interrupt_imbalance_ratio")] == .number(2))
        #expect(second[key("softirq_imbalance_ratio", ["kind": "rcu"])] == .number(1.5))
        #expect(second[key("softirq_imbalance_ratio", ["kind": "hi"])] == nil)
        #expect(second[key("softirqs", ["kind": "rcu"])] == .number(7))
        // CPU 1 goes offline with its counts: its series goes, the totals stay.
        let third = pass("CPU0\n24: 931\nLOC: 25\n", "CPU0 CPU1 CPU2 CPU3\nRCU: 3 5 0 0\nHI: 5 5 0 0\n")
        #expect(third[key("interrupts", ["cpu": "1"])] == nil)
        #expect(third[key("interrupts_by_kind", ["kind": "timer"])] == .number(45))
        #expect(third[key("interrupt_imbalance_ratio")] == nil)
        #expect(third[key("softirq_imbalance_ratio", ["kind": "rcu"])] == nil)
        let fourth = pass("CPU0 CPU1\n24: 931 0\nLOC: 25 21\n", "CPU0 CPU1 CPU2 CPU3\nRCU: 3 5 0 0\nHI: 5 5 0 0\n")
        #expect(fourth[key("interrupts", ["cpu": "1"])] == .number(21))
        #expect(fourth[key("interrupts_by_kind", ["kind": "timer"])] == .number(46))
    }

    @Test("a file longer than other files may be is read", arguments: [(128, 150), (1000, 700)])
    func large(cpus: Int, rows: Int) {
        let head = (0..<cpus).map { "CPU\($0) " }.joined()
        let counts = String(repeating: " 1234567890", count: cpus)
        let lines = (0..<rows).map { "\($0 + 10):\(counts)  IR-PCI-MSIX-0000:3d:00.0   1-edge  nvme0q\($0)\n" }
        var files = InMemoryHostFiles()
        files.write(head + "\n" + lines.joined(), to: hard)
        let pass = CollectorPass(of: InterruptCollector.self, on: files)
        #expect(pass.errorCount == 0)
        let last = pass.values[key("interrupts", ["cpu": "\(cpus - 1)"])]
        #expect(last == .number(Double(rows) * 1_234_567_890))
    }
}

@Suite("Softnet")
struct SoftnetTests {
    private let file = HostPath.procfs("net/softnet_stat")
    private let newLine =
        "00a76493 0000001f 00000004 " + String(repeating: "00000000 ", count: 9) + "00000003 00000000\n"
    private let oldLine = "00a76493 0000001f 00000004 " + String(repeating: "00000000 ", count: 8) + "\n"

    @Test("numbers are hexadecimal, and newer kernels say the CPU")
    func lines() {
        let numbers = (processed: UInt32(10_970_259), dropped: UInt32(31), squeezed: UInt32(4))
        func line(_ cpu: Int?) -> SoftnetText.Line {
            .init(processed: numbers.processed, dropped: numbers.dropped, squeezed: numbers.squeezed, cpu: cpu)
        }
        #expect(SoftnetText.lines(Array(newLine.utf8)) == [line(3)])
        #expect(SoftnetText.lines(Array((oldLine + oldLine).utf8)) == [line(nil), line(nil)])
    }

    @Test(
        "anything else is garbled",
        arguments: [
            "", "\n", "00000001 00000002\n", "0000001 00000000 00000000\n", "0000000g 00000000 00000000\n",
            "0000000A 00000000 00000000\n", "00000001 00000000 00000000\n\n",
        ])
    func garbled(text: String) {
        #expect(SoftnetText.lines(Array(text.utf8)) == nil)
        #expect(SoftnetText.lines(Array((newLine + newLine).utf8)) == nil)
        #expect(SoftnetText.lines(Array((newLine + oldLine).utf8)) == nil)
    }

    @Test(
        "a list of CPUs has numbers and ranges in ascending order",
        arguments: [
            ("0-3,8\n", [0, 1, 2, 3, 8]), ("0\n", [0]), ("0-0\n", [0]), ("3-1\n", nil), ("0,0\n", nil), ("-1\n", nil),
            ("0-1-2\n", nil), ("0,\n", nil), ("\n", nil), ("0-65536\n", nil),
        ] as [(String, [Int]?)])
    func online(text: String, cpus: [Int]?) {
        #expect(SoftnetText.online(Array(text.utf8)) == cpus)
    }

    @Test("an older kernel's lines are those of the CPUs that are online, as many as there are", arguments: [2, 3])
    func olderKernel(lines: Int) {
        var files = InMemoryHostFiles()
        files.write(String(repeating: oldLine, count: lines), to: file)
        files.write("1,4\n", to: .sysfs("devices/system/cpu/online"))
        let pass = CollectorPass(of: SoftnetCollector.self, on: files)
        let cpus = pass.families.first?.samples.compactMap { $0.labels["cpu"] }
        #expect(cpus == (lines == 2 ? ["1", "4"] : nil))
        #expect(pass.errorCount == (lines == 2 ? 0 : 1))
    }
}

@Suite("Disks")
struct DiskTests {
    private static let eleven = "   8       0 sda 4211 81 339022 21034 12 0 96 4 3 18230 21038"

    @Test("older kernels have fewer kinds of operations", arguments: [(0, 2), (4, 3), (6, 4), (8, 4)])
    func kinds(more: Int, operations: Int) throws {
        let text = Self.eleven + String(repeating: " 5", count: more) + "\n"
        let line = try #require(DiskText.lines(Array(text.utf8))?.first)
        #expect(line.device == "sda")
        #expect(line.operations.count == operations)
        #expect(line.operations[0] == .init(count: 4211, milliseconds: 21034, bytes: 339_022 * 512))
        #expect(line.operations[1] == .init(count: 12, milliseconds: 4, bytes: 96 * 512))
        #expect((line.inFlight, line.busyMilliseconds, line.queueMilliseconds) == (3, 18230, 21038))
        if operations == 4 { #expect(line.operations[3] == .init(count: 5, milliseconds: 5, bytes: nil)) }
    }

    @Test(
        "anything else is garbled",
        arguments: [
            "", "\n", eleven, eleven + " 5\n", eleven + " 5 5 5 5 5\n", eleven + " x\n", eleven + "\n" + eleven + "\n",
            "   8 sda 1 2 3 4 5 6 7 8 9 10 11\n", "   8       0 sda 1 2 3 4 5 6 7 8 -1 10 11\n", eleven + "\n\n",
        ])
    func garbled(text: String) {
        #expect(DiskText.lines(Array(text.utf8)) == nil)
    }

    @Test("times go on where the kernel's wrap, and a disk that was replaced counts anew")
    func wraps() {
        var collector: any Collector = DiskCollector()
        func queueSeconds(_ milliseconds: UInt64?) -> SampleValue? {
            var files = InMemoryHostFiles()
            files.write("1\n", to: .sysfs("block/\(milliseconds == nil ? "loop0" : "sda")/size"))
            files.write("8 0 sda 1 0 8 1 0 0 0 0 0 1 \(milliseconds ?? 0)\n", to: .procfs("diskstats"))
            let pass = CollectorPass(of: &collector, declared: DiskCollector.descriptors, on: files)
            #expect(pass.errorCount == 0)
            return pass.values[SampleKey(family: "latencyd_disk_queue_seconds", labels: ["device": "sda"])]
        }
        #expect(queueSeconds(4_294_967_000) == .number(4_294_967))
        #expect(queueSeconds(704) == .number(4_294_968))
        #expect(queueSeconds(nil) == nil)
        #expect(queueSeconds(5000) == .number(5))
    }

    @Test("partitions, and disks that lie on others or in memory, are left out")
    func leftOut() {
        var files = InMemoryHostFiles()
        let names = ["nvme0n1", "nvme0n1p1", "dm-0", "md127", "loop3", "ram0", "zram0", "sr0", "fd0", "nbd1", "vda"]
        for name in names where name != "nvme0n1p1" { files.write("1\n", to: .sysfs("block/\(name)/size")) }
        files.write(names.map { "8 0 \($0) 1 2 3 4 5 6 7 8 9 10 11\n" }.joined(), to: .procfs("diskstats"))
        let pass = CollectorPass(of: DiskCollector.self, on: files)
        let devices = Set(pass.families.flatMap { $0.samples.compactMap { $0.labels["device"] } })
        #expect(devices == ["nvme0n1", "vda"])
    }
}

@Suite("TCP")
struct TCPTests {
    private static let names = ["RetransSegs", "CurrEstab", "TCPTimeouts"].map { Array($0.utf8) }

    @Test("values stand below their names, in any order, and a kernel may lack some")
    func values() {
        let text = "Ip: Forwarding\nIp: 1\nTcp: MaxConn CurrEstab InSegs RetransSegs\nTcp: -1 4 9 881\nUdp: X\nUdp: 1\n"
        #expect(TCPText.values(Array(text.utf8), section: "Tcp:", names: Self.names) == [881, 4, nil])
    }

    @Test(
        "anything else is garbled",
        arguments: [
            "", "\n", "Ip: A\nIp: 1\n", "Tcp: CurrEstab\n", "Tcp: CurrEstab\nUdp: 1\n",
            "Tcp: CurrEstab InSegs\nTcp: 1\n",
            "Tcp: CurrEstab\nTcp: 1 2\n", "Tcp: CurrEstab\nTcp: -1\n", "Tcp: CurrEstab\nTcp: x\n",
            "Tcp: CurrEstab CurrEstab\nTcp: 1 1\n", "Tcp: CurrEstab\nTcp: 1",
        ])
    func garbled(text: String) {
        #expect(TCPText.values(Array(text.utf8), section: "Tcp:", names: Self.names) == nil)
    }
}
