import Platform
import Testing

@testable import Collectors

@Suite("Every check of the doctor")
struct ExaminationTests {
    @Test("has an id that scripts can use, a title, and no other check has them")
    func names() {
        let ids = HostChecks.all.map { $0.id }
        #expect(Set(ids).count == ids.count)
        #expect(Set(HostChecks.all.map { $0.title }).count == ids.count)
        for id in ids { #expect(id.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(id)") }
    }

    @Test("survives garbage in every file of every fixture tree", arguments: FixtureTree.all)
    func garbage(_ tree: FixtureTree) throws {
        let healthy = try tree.inMemory()
        for content in [
            "", "\n", "-1\n", "9999999999999999999999\n", "\u{0}", "cpu cpu cpu\n", "1 2 3 4 5 6 7 8 9 10\n",
        ] {
            var files = healthy
            for path in healthy.paths { files.write(content, to: path) }
            for path in ["stat", "vmstat", "meminfo", "diskstats", "interrupts", "swaps", "cmdline", "net/tcp"] {
                files.write(content, to: .procfs(path))
            }
            files.write(content, to: .sysfs("fs/cgroup/cgroup.controllers"))
            files.write(content, to: .sysfs("fs/cgroup/a/cpu.max"))
            files.write(content, to: .sysfs("fs/cgroup/a/cpu.stat"))
            let host = DoctorHost(files: files, earlier: files, elapsedSeconds: 1)
            #expect(HostChecks.examine(host).count == HostChecks.all.count)
        }
    }

    @Test("findings of one check come worst first, and its other notes are kept")
    func order() {
        var examination = Examination(DoctorHost(files: InMemoryHostFiles()))
        examination.find(.info, "a", evidence: ["e"], why: "w")
        examination.find(.critical, "b", evidence: ["e"], why: "w")
        examination.find(.warning, "c", evidence: ["e"], why: "w")
        examination.isGood("d")
        let report = examination.report(of: SwapCheck.self)
        #expect(report.findings.map(\.title) == ["b", "c", "a"])
        #expect(report.worst == .critical)
        #expect(report.notes == ["d"])
    }

    @Test("findings do not hide what could not be looked at")
    func partly() {
        var examination = Examination(DoctorHost(files: InMemoryHostFiles()))
        examination.find(.info, "a", evidence: ["e"], why: "w")
        examination.isGood("g")
        examination.doNotKnow("u")
        let report = examination.report(of: SwapCheck.self)
        #expect(report.status == .findings)
        #expect(report.notes == ["g", "u"])
        #expect(report.unknown == ["u"])
    }

    @Test("evidence beyond a limit is counted")
    func limit() {
        let finding = Finding(.info, "a", evidence: (0..<40).map { "\($0)" }, why: "w")
        #expect(finding.evidence.count == Finding.linesMax)
        #expect(finding.evidence.last == "and 25 more")
    }

    @Test("numbers are written as people read them")
    func numbers() {
        #expect(CheckText.tenths(-0.25) == "-0.3" || CheckText.tenths(-0.25) == "-0.2")
        #expect(CheckText.tenths(12) == "12.0")
        #expect(CheckText.percent(0.123) == "12.3 %")
        #expect(CheckText.time(0.000_06) == "60 µs")
        #expect(CheckText.time(0.0123) == "12.3 ms")
        #expect(CheckText.size(1_610_612_736) == "1.5 GiB")
        #expect(CheckText.size(2_097_152) == "2.0 MiB")
        #expect(CheckText.size(512) == "0.5 KiB")
    }
}
