import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Parsing what the kernel says of CPUs")
struct CPUParserTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        "the times of all CPUs are the first line's, however many there are",
        arguments: [
            ("cpu  1 2 3 4\n", [1, 2, 3, 4]),
            ("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4\nintr 5 0 0\n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            ("cpu  1 2 3 4 5 6 7 8 9 10 11\n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            ("cpu  1 2 3 4 x 6\n", nil), ("cpu  1 2 3 4 18446744073709551616\n", nil), ("cpu  1 2 3\n", nil),
            ("cpu0 1 2 3 4\n", nil), ("", nil), ("cpu  1 2 3 4", nil), ("cpu -1 2 3 4\n", nil),
            ("cpu  1 2 3 4\nctxt many\n", nil), ("cpu  1 2 3 4\nctxt 1\nctxt 2\n", nil),
            ("cpu  1 2 3 4\nbtime 1 2\n", nil), ("cpu  1 2 3 4\n\nbtime 1\n", nil),
        ] as [(String, [UInt64]?)])
    func times(text: String, ticks: [UInt64]?) {
        #expect(CPUTimeText.reading(bytes(text))?.ticks == ticks)
    }

    @Test("the lines after the CPUs' are taken by their names")
    func counts() throws {
        let reading = try #require(
            CPUTimeText.reading(
                bytes("cpu  1 2 3 4\nprocs_running 7\nnew 5\nctxt 5\nbtime 9\nprocesses 6\nprocs_blocked 8\n")))
        #expect(reading.switches == 5 && reading.forks == 6 && reading.running == 7)
        #expect(reading.blocked == 8 && reading.bootSeconds == 9)
    }

    @Test("a time that goes back a little does not fall")
    func iowait() {
        var files = InMemoryHostFiles()
        var collector: any Collector = CPUTimeCollector()
        func iowait(_ ticks: Int) -> SampleValue? {
            files.write("cpu  1 2 3 4 \(ticks) 6\n", to: .procfs("stat"))
            let pass = CollectorPass(of: &collector, declared: CPUTimeCollector.descriptors, on: files)
            return pass.values[SampleKey(family: "latencyd_cpu_iowait_seconds", labels: [:])]
        }
        #expect(iowait(500) == .number(5))
        #expect(iowait(490) == .number(5))
        #expect(iowait(510) == .number(5.1))
    }

    @Test(
        "run-queue delays are the last three numbers of a CPU's line",
        arguments: [
            (
                "version 15\ntimestamp 1\ncpu0 0 0 0 0 0 0 10 20 30\ndomain0 ff 1 2\ncpu8 0 0 0 0 0 0 1 2 3\n",
                [10, 20, 30, 1, 2, 3]
            ),
            ("version 17\n", []),
            ("version 14\ncpu0 0 0 0 0 0 0 10 20 30\n", nil), ("version 18\ncpu0 0 0 0 0 0 0 10 20 30\n", nil),
            ("version 9\ncpu0 0 0 0 0 0 0 10 20 30\n", nil), ("cpu0 0 0 0 0 0 0 10 20 30\n", nil),
            ("version 15\ncpu0 0 0 0 0 0 10 20 30\n", nil), ("version 15\ncpu0 0 0 0 0 0 0 0 10 20 30\n", nil),
            ("version 15\ncpux 0 0 0 0 0 0 10 20 30\n", nil), ("version 15\ncpu70000 0 0 0 0 0 0 10 20 30\n", nil),
            ("version 15\ncpu1 0 0 0 0 0 0 1 2 3\ncpu1 0 0 0 0 0 0 1 2 3\n", nil), ("version 15\n\n", nil),
        ] as [(String, [UInt64]?)])
    func delays(text: String, numbers: [UInt64]?) {
        let delays = RunQueueText.delays(bytes(text))
        #expect(delays?.flatMap { [$0.ranNanoseconds, $0.waitedNanoseconds, $0.timeslices] } == numbers)
    }

    @Test(
        "a node's page counts are taken by their names",
        arguments: [
            (
                "numa_hit 1\nnuma_miss 2\nnuma_foreign 3\ninterleave_hit 4\nlocal_node 5\nother_node 6\n",
                [1, 2, 3, 4, 5, 6]
            ),
            ("other_node 6\nnew 7\n", [nil, nil, nil, nil, nil, 6]),
            ("new 7\n", nil), ("numa_hit 1\nnuma_hit 2\n", nil), ("numa_hit -1\n", nil), ("numa_hit 1 2\n", nil),
            ("", nil),
        ] as [(String, [UInt64?]?)])
    func pages(text: String, counts: [UInt64?]?) { #expect(NUMAText.counts(bytes(text)) == counts) }

    @Test(
        "a node's memory is in kilobytes, and never more free than there is",
        arguments: [
            ("Node 0 MemTotal:  100 kB\nNode 0 MemFree:   40 kB\nNode 0 HugePages_Total:  0\n", 102_400, 40_960),
            ("Node 0 MemTotal:  100 kB\nNode 0 MemFree:   101 kB\n", nil, nil),
            ("Node 0 MemTotal:  100 kB\n", nil, nil),
            ("Node 0 MemTotal:  100 MB\nNode 0 MemFree:   40 kB\n", nil, nil),
            ("MemTotal:  100 kB\nMemFree: 1 kB\n", nil, nil),
            ("Node 0 MemTotal:  18446744073709551615 kB\nNode 0 MemFree:  1 kB\n", nil, nil),
        ] as [(String, UInt64?, UInt64?)])
    func memory(text: String, total: UInt64?, free: UInt64?) {
        let memory = NUMAText.memory(bytes(text))
        #expect(memory?.totalBytes == total && memory?.freeBytes == free)
    }

    @Test(
        "the first of a list",
        arguments: [
            ("0\n", 0), ("3,8\n", 3), ("10-11,20\n", 10), ("", nil), ("\n", nil), ("-1", nil), (",1", nil),
            ("1 2", nil),
            ("65536", nil),
        ] as [(String, Int?)])
    func first(text: String, number: Int?) { #expect(KernelText.firstOfList(bytes(text)) == number) }

    @Test(
        "an idle state's name is short printable text",
        arguments: [
            ("C1E\n", "C1E"), ("CPUPM L13 residency\n", "CPUPM L13 residency"), ("", nil), ("C\u{7f}\n", nil),
            ("Ü\n", nil), ("C\"1\n", nil), (String(repeating: "C", count: 33), nil),
        ] as [(String, String?)])
    func idleNames(text: String, name: String?) { #expect(CPUIdleText.name(bytes(text)) == name) }

    @Test(
        "names that the kernel does not ship are other",
        arguments: [
            (CPUFrequencyText.preference, "balance_power\n", "balance_power"),
            (CPUFrequencyText.preference, "128\n", "other"),
            (CPUFrequencyText.mode, "guided\n", "guided"), (CPUFrequencyText.mode, "odd\n", "other"),
            (CPUFrequencyText.driver, "acpi-cpufreq\n", "acpi-cpufreq"), (CPUFrequencyText.driver, "mine\n", "other"),
            (CPUFrequencyText.driver, "\n", nil),
        ] as [(@Sendable ([UInt8]) -> String?, String, String?)])
    func others(parse: @Sendable ([UInt8]) -> String?, text: String, name: String?) {
        #expect(parse(bytes(text)) == name)
    }
}

@Suite("A sum over devices")
struct CounterSumTests {
    private var files = InMemoryHostFiles()
    private var sum = CounterSum()
    private let paths = (0..<3).map { HostPath.sysfs("device\($0)/count") }

    private mutating func add(_ counts: [Int?]) -> Int64? {
        var present: [HostPath] = []
        for (path, count) in zip(paths, counts) {
            guard let count else { continue }
            files.write(count < 0 ? "garbage" : "\(count)\n", to: path)
            present.append(path)
        }
        var sampling = Sampling(host: CollectorHost(files: files), descriptors: [])
        return sum.add(present, &sampling) { KernelText.integer($0, in: 0...1_000_000) }
    }

    @Test("rises by what each device adds, and never falls when one goes, comes back or starts anew")
    mutating func sums() {
        #expect(add([10, 20, nil]) == 30)
        #expect(add([11, 22, nil]) == 33)
        #expect(add([11, nil, nil]) == 33)
        #expect(add([12, 25, 100]) == 137)
        #expect(add([2, 25, 100]) == 137)
        #expect(add([5, 25, 100]) == 140)
    }

    @Test("stays at the highest number instead of passing it")
    mutating func limit() {
        files.write("", to: paths[0])
        var sampling = Sampling(host: CollectorHost(files: files), descriptors: [])
        for _ in 0..<4 {
            for value in [Int64.max / 2, 0] { _ = sum.add([paths[0]], &sampling) { _ in value } }
        }
        #expect(sum.add([paths[0]], &sampling) { _ in 1 } == .max)
    }

    @Test("of many devices is read in turns: all of them at first, and each within so many passes")
    mutating func turns() {
        let many = (0..<130).map { HostPath.sysfs("many\($0)/count") }
        func sampling(_ count: Int, failing: Int? = nil) -> Sampling {
            var files = InMemoryHostFiles()
            for (number, path) in many.enumerated() { files.write(number == failing ? "?" : "\(count)\n", to: path) }
            return Sampling(host: CollectorHost(files: files), descriptors: [])
        }
        func pass(_ count: Int, failing: Int? = nil) -> Int64? {
            var sampling = sampling(count, failing: failing)
            return sum.add(many, &sampling) { KernelText.integer($0, in: 0...1_000_000) }
        }
        #expect(pass(1) == 130)
        let behind = (0..<2).map { _ in pass(2) ?? -1 }
        #expect(behind.allSatisfy { (130..<260).contains($0) })
        #expect(pass(2) == 260)
        let failing = (0..<3).map { _ in pass(3, failing: 7) }
        #expect(failing.contains(nil))
        #expect(pass(3, failing: 7) == nil || pass(3, failing: 7) == nil)
        let mended = (0..<3).map { _ in pass(3) }
        #expect(mended.last == 390)
    }

    @Test("of many devices meets the same errors in every pass, so that nobody looks for devices that came or went")
    mutating func steadyErrors() {
        let many = (0..<130).map { HostPath.sysfs("many\($0)/count") }
        var errors: [UInt64] = []
        var sums: [Int64?] = []
        for _ in 0..<6 {
            for (number, path) in many.enumerated() { files.write([7, 8].contains(number) ? "?" : "1\n", to: path) }
            var sampling = Sampling(host: CollectorHost(files: files), descriptors: [])
            sums.append(sum.add(many, &sampling) { KernelText.integer($0, in: 0...1_000_000) })
            errors.append(sampling.errorCount)
        }
        #expect(errors == [2, 2, 2, 2, 2, 2])
        #expect(sums.allSatisfy { $0 == nil })
    }

    @Test("is not given while one device cannot be read, and is whole again afterwards")
    mutating func failing() {
        #expect(add([10, 20, nil]) == 30)
        #expect(add([11, -1, nil]) == nil)
        #expect(add([12, 25, nil]) == 37)
    }
}
