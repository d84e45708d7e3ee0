import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("What is watched")
struct WatchRosterTests {
    private func rule(_ subject: WatchRule.Subject, _ pattern: String, name: String? = nil) throws -> WatchRule {
        WatchRule(subject, try Glob(pattern), name: name)
    }

    private func files(_ processes: MadeUpProcess...) -> InMemoryHostFiles {
        var files = InMemoryHostFiles()
        for process in processes { process.write(to: &files) }
        return files
    }

    private func scan(
        _ files: InMemoryHostFiles, _ rules: [WatchRule], pushers: [Int32] = [], includesPushers: Bool = true
    ) -> Watched {
        var roster = WatchRoster(WatchSettings(rules: rules, includesPushers: includesPushers))
        _ = roster.scan(files, pushers: { pushers }, at: .zero)
        return roster.watched
    }

    private static let triton = MadeUpProcess(
        pid: 42, comm: "tritonserver", arguments: ["/opt/triton/bin/tritonserver", "--port", "8000"],
        executable: "/opt/triton/bin/tritonserver", cgroup: "0::/system.slice/triton.service")

    @Test(
        "a rule finds a process by what it is",
        arguments: [
            (WatchRule.Subject.process, "tritonserver", true), (.process, "/opt/triton/*", true),
            (.process, "triton", false), (.command, "*--port 8000", true), (.command, "tritonserver*", false),
            (.unit, "triton.service", true), (.unit, "*.scope", false), (.cgroup, "*", false),
        ])
    func rules(_ subject: WatchRule.Subject, _ pattern: String, _ isFound: Bool) throws {
        let watched = scan(files(Self.triton), [try rule(subject, pattern)])
        #expect(watched.processes.map(\.pid) == (isFound ? [42] : []))
        #expect(watched.processes.allSatisfy { $0.reason == .named && $0.name == "tritonserver" })
    }

    @Test("where the executable may not be read, the first argument stands for it, and that is said once")
    func deniedExecutable() throws {
        var files = files(Self.triton)
        files.fail(.procfs("42/exe"), with: .denied)
        var roster = WatchRoster(WatchSettings(rules: [try rule(.process, "/opt/triton/bin/tritonserver")]))
        let notes = roster.scan(files, pushers: { [] }, at: .zero)
        #expect(roster.watched.processes.map(\.name) == ["tritonserver"])
        #expect(notes.map(\.level) == [.info])
        #expect(notes.first?.message.contains("docs/permissions.md") == true)
        let again = roster.scan(files, pushers: { [] }, at: .seconds(10))
        #expect(again.isEmpty)
    }

    @Test("the label is the kernel's name for the process, whether the executable may be read or not")
    func label() throws {
        var worker = Self.triton
        (worker.comm, worker.arguments) = ("VLLM::Worker_0", ["python3", "-m", "vllm"])
        worker.executable = "/usr/bin/python3.11"
        let readable = files(worker)
        var denied = readable
        denied.fail(.procfs("42/exe"), with: .denied)
        for files in [readable, denied] {
            #expect(scan(files, [try rule(.command, "*")]).processes.map(\.name) == ["VLLM::Worker_0"])
            #expect(scan(files, [], pushers: [42]).processes.map(\.name) == ["VLLM::Worker_0"])
        }
    }

    @Test("a name that was set is the label, and the first rule that matches gives it")
    func name() throws {
        let watched = scan(
            files(Self.triton), [try rule(.command, "*8000", name: "first"), try rule(.process, "*", name: "second")])
        #expect(watched.processes.map(\.name) == ["first"])
    }

    @Test("who pushes is watched unless that is switched off, and who ends is not any more")
    func pushers() throws {
        var host = files(Self.triton, MadeUpProcess(pid: 7, comm: "other"))
        #expect(scan(host, [], pushers: [42, 0, 999]).processes.map(\.pid) == [42])
        #expect(scan(host, [], pushers: [42], includesPushers: false).processes.isEmpty)

        var roster = WatchRoster()
        _ = roster.scan(host, pushers: { [42] }, at: .zero)
        #expect(roster.watched.processes.map(\.reason) == [.pusher])
        let revision = roster.watched.revision
        _ = roster.scan(host, pushers: { [] }, at: .seconds(10))
        #expect(roster.watched.processes.map(\.pid) == [42], "it stays, though it is quiet")
        #expect(roster.watched.revision == revision)
        host.fail(.procfs("42/stat"), with: .absent)
        _ = roster.scan(host, pushers: { [] }, at: .seconds(20))
        #expect(roster.watched.processes.isEmpty)
        #expect(roster.watched.revision != revision)
    }

    @Test("another process that got a pusher's number is not watched")
    func reusedNumber() {
        var host = files(Self.triton)
        var roster = WatchRoster()
        _ = roster.scan(host, pushers: { [42] }, at: .zero)
        MadeUpProcess(pid: 42, comm: "cron", startTicks: 900).write(to: &host)
        _ = roster.scan(host, pushers: { [] }, at: .seconds(10))
        #expect(roster.watched.processes.isEmpty)
        _ = roster.scan(host, pushers: { [42] }, at: .seconds(20))
        #expect(roster.watched.processes.map(\.startTicks) == [900])
    }

    @Test("a scan before its time does nothing and does not ask who pushed")
    func early() {
        var roster = WatchRoster()
        var asked = 0
        func ask() -> [Int32] {
            asked += 1
            return [42]
        }
        for seconds in [0.0, 1, 9.9] { _ = roster.scan(files(Self.triton), pushers: ask, at: .seconds(seconds)) }
        #expect(asked == 1)
        _ = roster.scan(files(Self.triton), pushers: ask, at: .seconds(10))
        #expect(asked == 2)
    }

    @Test("other settings apply at once, and what they do not name is dropped")
    func settings() throws {
        var roster = WatchRoster(WatchSettings(rules: [try rule(.process, "tritonserver")]))
        let host = files(Self.triton, MadeUpProcess(pid: 7, comm: "other"))
        _ = roster.scan(host, pushers: { [] }, at: .zero)
        roster.apply(WatchSettings(rules: [try rule(.process, "other")]))
        #expect(roster.isDue(at: .seconds(1)))
        _ = roster.scan(host, pushers: { [] }, at: .seconds(1))
        #expect(roster.watched.processes.map(\.pid) == [7])
    }

    @Test("a process that calls exec is found, soon when it is new, within a round when it is old")
    func exec() throws {
        var host = files(MadeUpProcess(pid: 42, comm: "bash"))
        var roster = WatchRoster(WatchSettings(rules: [try rule(.process, "tritonserver")]))
        var now = Duration.zero
        func next() -> [Int32] {
            _ = roster.scan(host, pushers: { [] }, at: now)
            now += .seconds(WatchLimits.scanSeconds)
            return roster.watched.processes.map(\.pid)
        }
        #expect(next() == [])
        #expect(next() == [])
        Self.triton.write(to: &host)
        let scans = (0..<WatchLimits.scansPerRound).map { _ in next() }
        #expect(scans.last == [42])
    }

    @Test("over the limits the oldest processes and the latest pushers are watched, and the others are counted")
    func limits() throws {
        var host = InMemoryHostFiles()
        let count = WatchLimits.processesMax + 3
        for number in 0..<count {
            MadeUpProcess(pid: Int32(1_000 + number), comm: "named", startTicks: Int64(count - number))
                .write(to: &host)
        }
        let pushing = (0..<WatchLimits.pushersMax + 5).map { Int32(5_000 + $0) }
        for pid in pushing { MadeUpProcess(pid: pid, comm: "pusher").write(to: &host) }
        let watched = scan(host, [try rule(.process, "named")], pushers: pushing)
        #expect(watched.omitted == WatchCount(processes: 3, pushers: 5, cgroups: 0))
        let named = watched.processes.filter { $0.reason == .named }
        #expect(named.count == WatchLimits.processesMax)
        #expect(named.map(\.startTicks).max() == Int64(WatchLimits.processesMax))
        #expect(watched.processes.filter { $0.reason == .pusher }.map(\.pid) == Array(pushing.dropFirst(5)))
    }

    @Test("where too many push, those that are watched stay until they are quiet for long and others need their places")
    func crowd() {
        var host = InMemoryHostFiles()
        let pushing = (0..<WatchLimits.pushersMax + 5).map { Int32(5_000 + $0) }
        for pid in pushing { MadeUpProcess(pid: pid, comm: "pusher").write(to: &host) }
        var roster = WatchRoster(WatchSettings())
        func scan(_ pids: [Int32], at seconds: Double) -> [Int32] {
            _ = roster.scan(host, pushers: { pids }, at: .seconds(seconds))
            return roster.watched.processes.map(\.pid)
        }
        let first = scan(pushing, at: 0)
        #expect(first == Array(pushing.dropFirst(5)))
        // Everybody pushes all the time, in whatever order: the same ones have series.
        let second = scan(pushing.reversed(), at: 10)
        #expect(second == first)
        #expect(roster.watched.omitted.pushers == 5)
        // Two of them fall silent.
        let others = Array(pushing.dropLast(2))
        let third = scan(others, at: 900)
        #expect(third == first)
        let fourth = scan(others, at: 910)
        #expect(fourth == Array(pushing.dropFirst(3).dropLast(2)))
    }

    // MARK: Cgroups

    @Test("a watched process brings its cgroup and those above it; one above this namespace's root is left out")
    func cgroupsOfProcesses() throws {
        var host = files(
            Self.triton, MadeUpProcess(pid: 7, comm: "other", cgroup: "0::/../elsewhere.service"),
            MadeUpProcess(pid: 8, comm: "gone", cgroup: "0::/old.service (deleted)"))
        for path in ["", "system.slice/", "system.slice/triton.service/"] {
            host.write("\n", to: .sysfs("fs/cgroup/\(path)cgroup.controllers"))
        }
        let watched = scan(host, [try rule(.process, "*")])
        #expect(watched.processes.count == 3)
        #expect(watched.cgroups.map(\.path) == ["/system.slice", "/system.slice/triton.service"])
        #expect(
            watched.cgroups.last?.folders == [.unified: .sysfs("fs/cgroup/system.slice/triton.service")])
    }

    @Test(
        "a pattern finds cgroups, in every hierarchy",
        arguments: [
            ("/system.slice/*.service", ["/system.slice/a.service", "/system.slice/b.service"]),
            ("/system.slice", ["/system.slice"]), ("/", []), ("/user.slice/*", []),
            ("/{system.slice,pods}", ["/pods", "/system.slice"]),
        ])
    func cgroupPatterns(_ pattern: String, _ paths: [String]) throws {
        var host = InMemoryHostFiles()
        host.write("", to: .sysfs("fs/cgroup/unified/cgroup.controllers"))
        host.write("", to: .sysfs("fs/cgroup/unified/system.slice/a.service/cpu.stat"))
        host.write("", to: .sysfs("fs/cgroup/cpu,cpuacct/system.slice/a.service/cpu.stat"))
        host.write("", to: .sysfs("fs/cgroup/memory/system.slice/b.service/tasks"))
        host.write("", to: .sysfs("fs/cgroup/memory/pods/memory.stat"))
        let watched = scan(host, [try rule(.cgroup, pattern)])
        #expect(watched.cgroups.map(\.path) == paths)
        if let first = watched.cgroups.first(where: { $0.path == "/system.slice/a.service" }) {
            #expect(Set(first.folders.keys) == [.unified, .cpu, .cpuacct])
        }
    }

    @Test("the root is a cgroup where the kernel gives it a type, as in a container")
    func root() throws {
        var host = InMemoryHostFiles()
        host.write("cpu\n", to: .sysfs("fs/cgroup/cgroup.controllers"))
        #expect(scan(host, [try rule(.cgroup, "*")]).cgroups.isEmpty)
        host.write("domain\n", to: .sysfs("fs/cgroup/cgroup.type"))
        #expect(scan(host, [try rule(.cgroup, "*")]).cgroups.map(\.path) == ["/"])
    }

    @Test("cgroups over the limit are counted")
    func cgroupLimit() throws {
        var host = InMemoryHostFiles()
        host.write("cpu\n", to: .sysfs("fs/cgroup/cgroup.controllers"))
        for number in 0..<WatchLimits.cgroupsMax + 4 {
            host.write("", to: .sysfs("fs/cgroup/\(number).scope/cpu.stat"))
        }
        let watched = scan(host, [try rule(.cgroup, "*.scope")])
        #expect(watched.cgroups.count == WatchLimits.cgroupsMax)
        #expect(watched.omitted.cgroups == 4)
    }
}

@Suite("Processes that pushed")
struct RecentPushersTests {
    @Test("each is told about once, in the order of coming, and again only when it pushes again")
    func taken() {
        var recent = RecentPushers()
        for pid in [5, 5, 9, 5, 9, 0, 9] { recent.note(Int32(pid)) }
        #expect(recent.take() == [5, 9])
        #expect(recent.take() == [])
        recent.note(9)
        #expect(recent.take() == [9])
    }

    @Test("however many push, no more than the limit are noted")
    func limit() {
        var recent = RecentPushers()
        for pid in 1...Int32(RecentPushers.notedMax + 100) { recent.note(pid) }
        #expect(recent.take().count == RecentPushers.notedMax)
    }
}

/// The files of a process that is made up.
struct MadeUpProcess {
    var pid: Int32
    var comm: String
    var arguments: [String] = []
    var executable: String?
    var cgroup = "0::/"
    var startTicks: Int64 = 100
    var userTicks = 0
    /// By thread: nanoseconds of waiting.
    var waits: [Int32: Int64] = [:]

    func write(to files: inout InMemoryHostFiles) {
        let folder = HostPath.procfs(String(pid))
        files.write(
            "\(pid) (\(comm)) S 1 1 1 0 -1 0 1 0 2 0 \(userTicks) 5 0 0 20 0 \(waits.count) 0 \(startTicks) 4096 1 0 0\n",
            to: folder / "stat")
        files.write(arguments.map { $0 + "\0" }.joined(), to: folder / "cmdline")
        files.write(cgroup + "\n", to: folder / "cgroup")
        files.write("Name:\t\(comm)\nPid:\t\(pid)\nVmRSS:\t 8 kB\nCpus_allowed_list:\t0-3,8\n", to: folder / "status")
        if let executable {
            files.link(folder / "exe", to: executable)
        } else {
            files.fail(folder / "exe", with: .absent)
        }
        files.addFolder(folder / "task")
        for (thread, wait) in waits {
            let task = folder / "task/\(thread)"
            files.write("1 \(wait) 3\n", to: task / "schedstat")
            files.write("voluntary_ctxt_switches:\t4\nnonvoluntary_ctxt_switches:\t2\n", to: task / "status")
        }
    }
}
