import ArgumentParser
import Collectors
import Platform
import Telemetry
import TestSupport
import Testing

@testable import latencyd

@Suite("What the doctor prints")
struct DoctorReportTests {
    private static let report: DoctorReport = {
        var wakeups = ExponentialHistogram()
        for _ in 0..<4 { wakeups.record(0.0625) }
        let late = Finding(
            .critical, "threads wake up late", evidence: ["p99 62.5 ms", "latencyd runs at nice 5"],
            why: "every request, token and kernel launch waits for a thread to wake",
            remedy: [
                "sudo cpupower idle-set -D 99", "ps -eo pid,ni,psr,pcpu,comm --sort=-pcpu | head    # what else runs",
            ])
        let swappy = Finding(.info, "the kernel swaps readily", evidence: ["vm.swappiness = 60"], why: "because")
        let used = Finding(.warning, "2.0 GiB of memory are in swap", evidence: ["a \"quote\""], why: "it waits")
        return DoctorReport(
            hostName: "gpu-07",
            checks: [
                CheckReport(
                    id: "swap", title: "Swap", status: .findings, findings: [used, swappy], notes: ["x", "y"],
                    unknown: ["y"]),
                CheckReport(id: "wakeup_latency", title: "Wake-up latency", status: .findings, findings: [late]),
                CheckReport(id: "turbo", title: "Turbo", status: .ok, notes: ["on"]),
                CheckReport(id: "numa", title: "NUMA policy", status: .notApplicable, notes: ["one memory node"]),
                CheckReport(
                    id: "memory", title: "Free memory", status: .unknown,
                    notes: ["procfs:meminfo: permission denied; run as root"],
                    unknown: ["procfs:meminfo: permission denied; run as root"]),
                CheckReport(id: "thermal", title: "Temperatures", status: .unknown, notes: ["y"], unknown: ["y"]),
                CheckReport(id: "disks", title: "Disks", status: .skipped, notes: ["--no-x"]),
            ],
            measuredSeconds: 5, wakeups: wakeups)
    }()

    private static let good = DoctorReport(
        hostName: "gpu-08",
        checks: [
            CheckReport(
                id: "wakeup_latency", title: "Wake-up latency", status: .ok,
                notes: ["p50 60 µs, p99 200 µs, max 1.0 ms of 5000 wake-ups"])
        ], measuredSeconds: 5)

    @Test("is for people the worst first, then what is well, what is not here and what is unknown")
    func text() {
        #expect(
            DoctorText(width: 60, isColoured: false).render(Self.report) == """
                latencyd doctor on gpu-07: 1 critical, 1 warning, 1 note

                CRITICAL  threads wake up late
                  seen    p99 62.5 ms; latencyd runs at nice 5
                  why     every request, token and kernel launch waits for a
                          thread to wake
                  mend    sudo cpupower idle-set -D 99
                          ps -eo pid,ni,psr,pcpu,comm --sort=-pcpu | head    # what else runs

                WARNING   2.0 GiB of memory are in swap
                  seen    a "quote"
                  why     it waits

                NOTE      the kernel swaps readily
                  seen    vm.swappiness = 60
                  why     because

                ok        Turbo
                not here  NUMA policy
                skipped   Disks: --no-x
                unknown   Swap, Temperatures: y
                unknown   Free memory: procfs:meminfo: permission denied;
                          run as root
                """)
    }

    @Test("says what was measured where that is well")
    func good() {
        #expect(
            DoctorText(width: 100, isColoured: false).render(Self.good) == """
                latencyd doctor on gpu-08: nothing to mend

                measured  wake-up latency p50 60 µs, p99 200 µs, max 1.0 ms of 5000 wake-ups
                ok        Wake-up latency
                """)
        #expect(Self.good.exitCode == 0)
    }

    @Test("says in one word that there are no GPUs")
    func withoutGPUs() {
        func missing(_ ids: [String]) -> DoctorReport {
            let checks = ids.map { CheckReport(id: $0, title: $0, status: .notApplicable, notes: ["x"]) }
            return DoctorReport(hostName: "h", checks: checks, measuredSeconds: 0)
        }
        let text = DoctorText(width: 100, isColoured: false)
        #expect(
            text.render(missing(["turbo", "gpu_driver", "gpu_power", "numa"])).hasSuffix("not here  turbo, GPUs, numa"))
        #expect(text.render(missing(["turbo", "gpu_placement"])).hasSuffix("not here  turbo, gpu_placement"))
    }

    @Test("keeps its lines within a narrow terminal, words that are longer than it apart", arguments: [30, 40, 120])
    func narrow(width: Int) {
        let remedies = Set(Self.report.findings.flatMap(\.remedy))
        let text = DoctorText(width: width, isColoured: false).render(Self.report)
        for line in text.split(separator: "\n").dropFirst() where !remedies.contains(String(line.dropFirst(10))) {
            #expect(line.count <= width, "\(line)")
        }
        #expect(DoctorText.widthMin == 30 && Terminal.widths.lowerBound == 30)
        #expect(
            DoctorText(width: 1, isColoured: false).render(Self.report)
                == DoctorText(width: 30, isColoured: false).render(Self.report))
    }

    @Test("colours the tags and nothing else, and only when told to")
    func colours() {
        let plain = DoctorText(width: 60, isColoured: false).render(Self.report)
        let coloured = DoctorText(width: 60, isColoured: true).render(Self.report)
        #expect(!plain.contains("\u{1b}"))
        #expect(coloured.contains("\u{1b}[1;31mCRITICAL\u{1b}[0m  threads"))
        #expect(coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
    }

    @Test("is for machines one object with everything in it")
    func json() {
        let expected = """
            {"host":"gpu-07","version":"\(Version.number)","exit_code":1,\
            "summary":{"critical":1,"warning":1,"info":1,"ok":1,"unknown":2,"not_applicable":1,"skipped":1},\
            "measured_seconds":5,\
            "wakeup_latency":{"count":4,"p50_seconds":0.0625,"p99_seconds":0.0625,"max_seconds":0.0625},\
            "checks":[{"id":"swap","title":"Swap","status":"findings","notes":["x","y"],"unknown":["y"],"findings":[\
            {"severity":"warning","title":"2.0 GiB of memory are in swap","evidence":["a \\"quote\\""],"why":"it waits","remedy":[]},\
            {"severity":"info","title":"the kernel swaps readily","evidence":["vm.swappiness = 60"],"why":"because","remedy":[]}]},\
            {"id":"wakeup_latency","title":"Wake-up latency","status":"findings","notes":[],"unknown":[],"findings":[\
            {"severity":"critical","title":"threads wake up late","evidence":["p99 62.5 ms","latencyd runs at nice 5"],\
            "why":"every request, token and kernel launch waits for a thread to wake",\
            "remedy":["sudo cpupower idle-set -D 99","ps -eo pid,ni,psr,pcpu,comm --sort=-pcpu | head    # what else runs"]}]},\
            {"id":"turbo","title":"Turbo","status":"ok","notes":["on"],"unknown":[],"findings":[]},\
            {"id":"numa","title":"NUMA policy","status":"not_applicable","notes":["one memory node"],"unknown":[],"findings":[]},\
            {"id":"memory","title":"Free memory","status":"unknown",\
            "notes":["procfs:meminfo: permission denied; run as root"],\
            "unknown":["procfs:meminfo: permission denied; run as root"],"findings":[]},\
            {"id":"thermal","title":"Temperatures","status":"unknown","notes":["y"],"unknown":["y"],"findings":[]},\
            {"id":"disks","title":"Disks","status":"skipped","notes":["--no-x"],"unknown":[],"findings":[]}]}
            """
        #expect(DoctorJSON.render(Self.report) == expected)
        #expect(DoctorJSON.render(Self.good).contains("\"wakeup_latency\":null"))
    }

    @Test(
        "the exit code is 1 from a warning on",
        arguments: [(.info, 0), (.warning, 1), (.critical, 1)] as [(FindingSeverity, Int32)])
    func exitCode(severity: FindingSeverity, code: Int32) {
        let finding = Finding(severity, "a", evidence: [], why: "b")
        let check = CheckReport(id: "a", title: "A", status: .findings, findings: [finding])
        #expect(DoctorReport(hostName: "h", checks: [check], measuredSeconds: 0).exitCode == code)
    }

    @Test(
        "usage errors exit with 2, help with 0",
        arguments: [
            (["doctor", "--probe=5"], 2), (["doctor", "--probe=1ms"], 2), (["doctor", "--path.sysfs=/nowhere"], 2),
            (["doctor", "x"], 2), (["doctor", "--help"], 0),
        ] as [([String], Int32)])
    func usage(arguments: [String], code: Int32) throws {
        let error = #expect(throws: (any Error).self) {
            var command = try Latencyd.parseAsRoot(arguments)
            try command.run()
        }
        #expect(Latencyd.exitCode(mapping: try #require(error)) == code)
    }

    @Test("a configuration that is not valid is a finding, and the rest is examined all the same")
    func configuration() throws {
        let folder = TemporaryFolder()
        let file = folder.write(Array("web: {listen: 1}\n".utf8), to: "latencyd.yml")
        let report = DoctorConfiguration(file: file, knownCollectors: []).report
        #expect(report.worst == .warning)
        #expect(report.findings.first?.evidence.first?.contains("web.listen") == true)
        #expect(DoctorConfiguration(file: nil, knownCollectors: []).report.status == .notApplicable)
    }

    @Test("the URLs of services are those that the daemon reads")
    func services() throws {
        let loaded = try decode("services: [{profile: triton}, {name: b, profile: llamacpp, url: \"http://x:1\"}]")
        #expect(loaded.serviceURLs == ["http://127.0.0.1:8002/metrics", "http://x:1/metrics"])
    }

    @Test("a round on a host with known faults finds them, and leaves the probe out when told to")
    func round() throws {
        var files = InMemoryHostFiles()
        files.write("powersave\n", to: .sysfs("devices/system/cpu/cpufreq/policy0/scaling_governor"))
        let round = DoctorRound(
            files: files, probeSeconds: nil, onProgress: { _ in },
            configuration: DoctorConfiguration(file: nil, knownCollectors: []))
        let report = try round.run()
        #expect(report.findings.map(\.severity) == [.critical])
        #expect(report.wakeups == nil && report.measuredSeconds == 0)
        #expect(report.checks.count == HostChecks.all.count + 1)
    }
}
