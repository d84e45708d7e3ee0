import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("A watched process")
struct ProcessCollectorTests {
    private let labels: LabelSet = ["process": "app", "pid": "42"]

    private func watched(startTicks: Int64 = 100) -> Watched {
        Watched(
            processes: [WatchedProcess(pid: 42, startTicks: startTicks, name: "app", reason: .named)], revision: 1)
    }

    private func pass(_ collector: inout any Collector, _ files: InMemoryHostFiles, _ watched: Watched) -> CollectorPass
    {
        CollectorPass(of: &collector, declared: ProcessCollector.descriptors, on: files, watched: watched)
    }

    private func waited(_ pass: CollectorPass) -> Double? {
        guard
            case .number(let value) = pass.values[
                SampleKey(family: "latencyd_process_runqueue_wait_seconds", labels: labels)]
        else { return nil }
        return value
    }

    @Test("has waited no less when a thread ends, and a new thread's waiting is added")
    func threads() {
        var collector: any Collector = ProcessCollector()
        var waits: [Int32: Int64] = [42: 1_000_000_000, 43: 2_000_000_000]
        func next() -> Double? {
            var files = InMemoryHostFiles()
            MadeUpProcess(pid: 42, comm: "app", waits: waits).write(to: &files)
            return waited(pass(&collector, files, watched()))
        }
        #expect(next() == 3)
        waits = [42: 1_500_000_000]
        #expect(next() == 3.5)
        waits = [42: 1_500_000_000, 44: 250_000_000]
        #expect(next() == 3.75)
        // Thread 44 ended, and its number came to another one.
        waits[44] = 125_000_000
        #expect(next() == 3.875)
    }

    @Test("that has ended and was not waited for leaves no series, and is found no more")
    func zombie() throws {
        var files = InMemoryHostFiles()
        let running = MadeUpProcess(pid: 42, comm: "app", waits: [42: 1_000_000_000])
        running.write(to: &files)
        let stat = String(decoding: try files.read(.procfs("42/stat")), as: UTF8.self)
        files.write(stat.replacing(") S ", with: ") Z "), to: .procfs("42/stat"))
        var collector: any Collector = ProcessCollector()
        #expect(pass(&collector, files, watched()).families.isEmpty)
        #expect(ProcessIdentity(42, files) == nil)
    }

    @Test("has no waiting where the kernel does not account it and writes zeros")
    func unaccounted() {
        var files = InMemoryHostFiles()
        MadeUpProcess(pid: 42, comm: "app", waits: [42: 0]).write(to: &files)
        files.write("0 0 0\n", to: .procfs("42/task/42/schedstat"))
        var collector: any Collector = ProcessCollector()
        #expect(waited(pass(&collector, files, watched())) == nil)
    }

    @Test(
        "is asked where its memory lies on hosts of several nodes, unless it is large",
        arguments: [("1024 kB", 2, true), ("8388608 kB", 2, true), ("8388609 kB", 2, false), ("1024 kB", 1, false)])
    func placement(resident: String, nodes: Int, isAsked: Bool) {
        var files = InMemoryHostFiles()
        MadeUpProcess(pid: 42, comm: "app", waits: [42: 1]).write(to: &files)
        files.write("Pid:\t42\nVmRSS:\t\(resident)\nCpus_allowed_list:\t0\n", to: .procfs("42/status"))
        files.write("7f00 default anon=1 N1=3 kernelpagesize_kB=4\n", to: .procfs("42/numa_maps"))
        for node in 0..<nodes { files.addFolder(.sysfs("devices/system/node/node\(node)")) }
        var collector: any Collector = ProcessCollector()
        let values = pass(&collector, files, watched()).values
        let key = SampleKey(family: "latencyd_process_numa_bytes", labels: labels.adding([Label("node", "1")]))
        #expect((values[key] != nil) == isAsked)
    }

    @Test("keeps its sums when other processes come to be watched, or its cgroup changes")
    func revisions() {
        var collector: any Collector = ProcessCollector()
        var files = InMemoryHostFiles()
        MadeUpProcess(pid: 42, comm: "app", waits: [42: 1_000_000_000, 43: 1_000_000_000]).write(to: &files)
        #expect(waited(pass(&collector, files, watched())) == 2)
        files = InMemoryHostFiles()
        MadeUpProcess(pid: 42, comm: "app", waits: [42: 1_000_000_000]).write(to: &files)
        MadeUpProcess(pid: 50, comm: "new", waits: [50: 1]).write(to: &files)
        var others = watched()
        others.processes = [
            WatchedProcess(pid: 42, startTicks: 100, name: "app", reason: .pusher, cgroups: ["/a"]),
            WatchedProcess(pid: 50, startTicks: 100, name: "new", reason: .named),
        ]
        others.revision = 2
        #expect(waited(pass(&collector, files, others)) == 2)
    }

    @Test("that ended leaves no samples and no errors, and neither does another one with its number")
    func ended() {
        for startTicks in [nil, 200] as [Int64?] {
            var collector: any Collector = ProcessCollector()
            var files = InMemoryHostFiles()
            MadeUpProcess(pid: 42, comm: "app", waits: [42: 1]).write(to: &files)
            #expect(!pass(&collector, files, watched()).families.isEmpty)
            files = InMemoryHostFiles()
            if let startTicks {
                MadeUpProcess(pid: 42, comm: "cron", startTicks: startTicks, waits: [42: 1]).write(to: &files)
            }
            let after = pass(&collector, files, watched())
            #expect(after.families.isEmpty)
            #expect(after.errorCount == 0)
        }
    }

    @Test("with very many threads is read in turns, and its sums come to the whole")
    func turns() throws {
        var collector: any Collector = ProcessCollector()
        let threads = Int32(WatchLimits.threadsPerTurnMax * 3)
        var waits = Dictionary(uniqueKeysWithValues: (42..<42 + threads).map { ($0, Int64(1_000_000_000)) })
        func next() -> Double? {
            var files = InMemoryHostFiles()
            MadeUpProcess(pid: 42, comm: "app", waits: waits).write(to: &files)
            return waited(pass(&collector, files, watched()))
        }
        #expect(next() == Double(threads))
        // All of them wait one second more; a third of them is seen in each pass.
        for thread in waits.keys { waits[thread] = 2_000_000_000 }
        let perTurn = Double(WatchLimits.threadsPerTurnMax)
        #expect(try #require(next()) == Double(threads) + perTurn)
        #expect(try #require(next()) == Double(threads) + 2 * perTurn)
        // A new thread is read at once, with all it counted, in the place of another one.
        waits[9_000] = 500_000_000
        #expect(try #require(next()) == Double(threads) + 3 * perTurn - 0.5)
        #expect(try #require(next()) == Double(threads) * 2 + 0.5)
        // What ends keeps its part of the sum.
        for thread in 42..<142 { waits[Int32(thread)] = nil }
        #expect(try #require(next()) == Double(threads) * 2 + 0.5)
    }

    @Test("has no sum while a thread that had its turn could not be read")
    func unreadThread() {
        var collector: any Collector = ProcessCollector()
        let threads = Int32(WatchLimits.threadsPerTurnMax * 2)
        let waits = Dictionary(uniqueKeysWithValues: (42..<42 + threads).map { ($0, Int64(1_000_000_000)) })
        func next(failing: Bool) -> Double? {
            var files = InMemoryHostFiles()
            MadeUpProcess(pid: 42, comm: "app", waits: waits).write(to: &files)
            if failing { files.fail(.procfs("42/task/43/schedstat"), with: .inputOutput) }
            return waited(pass(&collector, files, watched()))
        }
        #expect(next(failing: true) == nil)
        // Thread 43 is among those of the first turn.
        #expect(next(failing: true) == nil)
        #expect(next(failing: false) == nil)
        #expect(next(failing: false) == Double(threads))
    }

    @Test("shares the threads of a pass with the others, and new ones come in whole")
    func budget() {
        var budget = ThreadBudget(processes: 300)
        for _ in 0..<300 {
            budget.beginProcess()
            #expect(budget.share == 1)
            budget.spend(1, isNew: false)
        }
        budget = ThreadBudget(processes: 8)
        budget.beginProcess()
        #expect(budget.share == WatchLimits.threadsPerPassMax / 8)
        budget.spend(2, isNew: false)
        budget.beginProcess()
        #expect(budget.share == (WatchLimits.threadsPerPassMax - 2) / 7)
        // However much is left, no process takes more than its turn.
        for _ in 0..<6 { budget.beginProcess() }
        #expect(budget.share == WatchLimits.threadsPerTurnMax)
        budget.spend(4_000, isNew: true)
        #expect(budget.newLeft == WatchLimits.newThreadsPerPassMax - 4_000)
    }

    @Test("whose threads come and go by the dozen: new ones first, the others in turns, none left out")
    func turnOrder() {
        var turns = ThreadTurns()
        #expect(turns.next([5, 6, 7, 8], countMax: 2) == ThreadTurns.Turn(read: [5, 6, 7, 8]))
        #expect(turns.next([5, 6, 7, 8], countMax: 3).read == [5, 6, 7])
        #expect(turns.next([5, 6, 7, 8], countMax: 3).read == [8, 5, 6])
        #expect(
            turns.next([1, 6, 7, 9, 10, 11], countMax: 3)
                == ThreadTurns.Turn(read: [1, 9, 10], ended: [5, 8], isCutShort: true))
        #expect(turns.next([1, 6, 7, 9, 10, 11], countMax: 3) == ThreadTurns.Turn(read: [11, 7, 9]))
        #expect(turns.next([1, 6], countMax: 3) == ThreadTurns.Turn(read: [1, 6], ended: [7, 9, 10, 11]))
        #expect(turns.next([], countMax: 3) == ThreadTurns.Turn(ended: [1, 6]))
    }

    @Test("with more threads than are read has not waited for what the others did before")
    func manyThreads() {
        var total = ThreadTotal()
        total.take([1: 100, 2: 100], isLimited: true)
        total.take([2: 110, 3: 5_000], isLimited: true)
        total.take([2: 110, 3: 5_001], isLimited: false)
        #expect(total.total == 211)
    }

    @Test("whose numa_maps may not be read is told about once, and is no error")
    func deniedPlacement() {
        var files = InMemoryHostFiles()
        MadeUpProcess(pid: 42, comm: "app", waits: [42: 1]).write(to: &files)
        files.fail(.procfs("42/numa_maps"), with: .denied)
        for node in 0..<2 { files.addFolder(.sysfs("devices/system/node/node\(node)")) }
        var runner = CollectorRunner(
            [ProcessCollector.self], host: CollectorHost(files: files, watched: watched()), at: .zero,
            clock: { .zero })
        let notes = runner.runDue(at: .zero)
        #expect(notes.map(\.level) == [.info])
        #expect(notes.first?.message.contains("docs/permissions.md") == true)
        let again = runner.runDue(at: .seconds(60))
        #expect(again.isEmpty)
    }
}

@Suite("The text of processes and cgroups")
struct WatchTextTests {
    @Test(
        "lists of CPUs",
        arguments: [
            ("0", 1), ("0-3,8,10-11", 7), ("", nil), ("3-1", nil), ("0-", nil), ("0,,1", nil), ("a", nil),
            ("0-1-2", nil), ("0-65536", nil),
        ] as [(String, Int?)])
    func cpus(_ text: String, _ count: Int?) {
        #expect(CPUList(Array(text.utf8))?.count == count)
        // An empty list is one in a file, where a line feed ends it.
        #expect(text.isEmpty || CPUList.ids(Array((text + "\n").utf8))?.count == count)
    }

    @Test("lists of CPUs that name more than a host can have are none")
    func longLists() {
        #expect(CPUList.ids(Array("0-3,8,10-11".utf8)) == [0, 1, 2, 3, 8, 10, 11])
        #expect(CPUList.ids(Array("\n".utf8)) == [] && CPUList.ids([]) == nil)
        #expect(CPUList.ids(Array("0-65535,0-65535".utf8)) == nil)
    }

    @Test("a long list of CPUs is cut in its label and counted in full")
    func longList() throws {
        let list = try #require(CPUList(Array((0..<200).map { String($0 * 2) }.joined(separator: ",").utf8)))
        #expect(list.count == 200)
        #expect(list.text.utf8.count == WatchLimits.cpuListBytesMax)
        #expect(list.text.hasSuffix("…"))
    }

    @Test(
        "the unit of a process",
        arguments: [
            ("0::/system.slice/a.service", "a.service"), ("0::/user.slice/user@1.service/app.slice/b.scope", "b.scope"),
            ("0::/system.slice/a.service/worker", "a.service"), ("0::/", nil),
            ("5:cpu,cpuacct:/system.slice/c.service\n1:name=systemd:/system.slice/a.service", "a.service"),
        ] as [(String, String?)])
    func unit(_ text: String, _ unit: String?) {
        #expect(CgroupMembership(Array((text + "\n").utf8))?.unit == unit)
    }

    @Test("what is no membership is none", arguments: ["", "0::/a", "x::/a\n", "0:/a\n", "0::a\n"])
    func noMembership(_ text: String) { #expect(CgroupMembership(Array(text.utf8)) == nil) }

    @Test(
        "CPU limits of version 2",
        arguments: [
            ("max 100000\n", CgroupText.Limit.none), ("150000 100000\n", .value(1.5)), ("0 0\n", nil), ("5\n", nil),
            ("-1 100000\n", nil), ("150000 100000", nil),
        ] as [(String, CgroupText.Limit?)])
    func cores(_ text: String, _ limit: CgroupText.Limit?) { #expect(CgroupText.cores(Array(text.utf8)) == limit) }

    @Test(
        "limits of memory",
        arguments: [
            ("max\n", CgroupText.Limit.none), ("4096\n", .value(4_096)), ("9223372036854771712\n", .some(.none)),
            ("lots\n", nil),
        ] as [(String, CgroupText.Limit?)])
    func bytes(_ text: String, _ limit: CgroupText.Limit?) { #expect(CgroupText.bytesLimit(Array(text.utf8)) == limit) }

    @Test(
        "lines of keys and numbers",
        arguments: [
            ("a 1\nb 2\n", [1, 2]), ("b 2\nc -5\n", [nil, 2]), ("a\n", nil), ("a 1", nil), ("", nil), ("a x\n", nil),
            ("a 1\n\n", nil),
        ] as [(String, [Double?]?)])
    func keyed(_ text: String, _ values: [Double?]?) {
        #expect(CgroupText.values(Array(text.utf8), of: ["a", "b"]) == values)
    }

    @Test(
        "threads' waiting",
        arguments: [("5 6 7\n", 6), ("5 6\n", nil), ("5 -6 7\n", nil), ("5 6 7", nil), ("0 0 0\n", 0)]
            as [(String, Int64?)])
    func waiting(_ text: String, _ wait: Int64?) {
        #expect(ProcessText.scheduling(Array(text.utf8))?.waitNanoseconds == wait)
    }

    @Test("a process' name may hold parentheses and spaces")
    func comm() throws {
        let line = "7 (a) b (c)) R 1 1 1 0 -1 0 11 0 12 0 13 14 0 0 20 0 3 0 99 4096 1\n"
        let status = try #require(ProcessText.status(Array(line.utf8)))
        #expect(
            status
                == ProcessText.Status(
                    comm: "a) b (c)", minorFaults: 11, majorFaults: 12, userTicks: 13, systemTicks: 14, threads: 3,
                    startTicks: 99))
    }

    @Test("memory on nodes is in pages of the mapping's size")
    func maps() {
        let text = "7f00 default anon=3 N0=2 N1=1 kernelpagesize_kB=4\n7f10 bind:1 huge N1=2 kernelpagesize_kB=2048\n"
        #expect(NUMAMapsText.bytes(Array(text.utf8)) == [0: 8_192, 1: 4_096 + 4_194_304])
        for garbage in ["x default\n", "7f00\n", "7f00 default N0=a\n", "7f00 default"] {
            #expect(NUMAMapsText.bytes(Array(garbage.utf8)) == nil, "\(garbage)")
        }
    }
}
