import Platform
import Telemetry
import Testing

@testable import Collectors

/// Checks of what changes between two looks.
@Suite("The doctor on measurements")
struct MeasuredCheckTests {
    private func wakeups(_ seconds: [Double]) -> CheckReport {
        var reading = WakeupReading(createdSeconds: 0)
        for value in seconds { reading.latency.record(value) }
        return examine(
            WakeupCheck.self,
            DoctorHost(files: InMemoryHostFiles(), wakeups: reading, handicaps: ["latencyd runs at nice 5"]))
    }

    @Test(
        "wake-ups are judged by their 99th percentile, and by a single long stall",
        arguments: [
            (0.000_1, 0.000_1, nil), (0.000_1, 0.04, nil), (0.000_1, 0.06, .warning), (0.002, 0.002, .warning),
            (0.02, 0.02, .critical),
        ] as [(Double, Double, FindingSeverity?)])
    func wakeups(usual: Double, once: Double, worst: FindingSeverity?) {
        let report = wakeups([Double](repeating: usual, count: 999) + [once])
        #expect(report.worst == worst)
        if worst != nil { #expect(report.findings[0].evidence.contains("latencyd runs at nice 5")) }
    }

    @Test("too few wake-ups say nothing")
    func fewWakeups() {
        #expect(wakeups([1, 1, 1]).status == .unknown)
    }

    @Test("wake-ups that were not to be measured are skipped, which is not the same as not there")
    func noProbe() {
        let report = examine(WakeupCheck.self, DoctorHost(files: InMemoryHostFiles()))
        #expect(report.status == .skipped)
        #expect(report.notes == ["--no-probe"])
    }

    @Test(
        "stolen time is judged by its share of all time",
        arguments: [(0, nil), (9, nil), (10, .warning), (60, .critical)] as [(Int, FindingSeverity?)])
    func steal(ticks: Int, worst: FindingSeverity?) {
        let report = examine(
            StealCheck.self, ["proc/stat": "cpu  150 0 50 \(900 - ticks) 0 0 0 \(5 + ticks) 77 0\ncpu0 1 1 1 1\n"],
            earlier: ["proc/stat": "cpu  50 0 50 0 0 0 0 5 0 0\ncpu0 1 1 1 1\n"])
        #expect(report.worst == worst)
        #expect(report.status == (worst == nil ? .ok : .findings))
    }

    @Test(
        "what is seen in a difference only does not apply after one look",
        arguments: [
            (StealCheck.self, "proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\n"),
            (InterruptCheck.self, "proc/interrupts", "  CPU0\n 1: 5 IO-APIC x\n"),
        ] as [(any HostCheck.Type, String, String)])
    func oneLook(_ check: any HostCheck.Type, file: String, content: String) {
        #expect(examine(check, [file: content]).status == .notApplicable)
    }

    @Test(
        "pages that come back from swap are a warning, many are critical",
        arguments: [(50, .warning), (5_000, .critical)] as [(Int, FindingSeverity)])
    func swapping(pages: Int, worst: FindingSeverity) {
        let meminfo = "SwapTotal: 1000 kB\nSwapFree: 1000 kB\n"
        let report = examine(
            SwapCheck.self, ["proc/meminfo": meminfo, "proc/vmstat": "pswpin \(100 + pages)\npswpout 3\n"],
            earlier: ["proc/vmstat": "pswpin 100\npswpout 3\n"])
        #expect(report.worst == worst)
    }

    @Test(
        "a disk that is busy and slow is a finding, one that is only busy or only slow is none",
        arguments: [
            (900, 100, 90, nil), (900, 100, 3_000, .warning), (900, 100, 30_000, .critical), (300, 100, 30_000, nil),
        ] as [(Int, Int, Int, FindingSeverity?)])
    func disk(busy: Int, requests: Int, waited: Int, worst: FindingSeverity?) {
        let files = [
            "block/nvme0n1/size": "1\n", "block/loop0/size": "1\n",
            "proc/diskstats":
                " 259 0 nvme0n1 \(10 + requests) 0 0 \(5 + waited) 0 0 0 0 0 \(busy) 0\n 259 1 nvme0n1p1 9 9 9 9 9 9 9 9 9 9 9\n",
        ]
        let report = examine(
            DiskCheck.self, files, earlier: ["proc/diskstats": " 259 0 nvme0n1 10 0 0 5 0 0 0 0 0 0 0\n"])
        #expect(report.worst == worst)
        #expect(report.status == (worst == nil ? .ok : .findings))
    }

    @Test("disks that lie on other disks, or in memory, are left out", arguments: ["dm-0", "md127", "loop3", "zram0"])
    func virtualDisk(name: String) {
        let report = examine(
            DiskCheck.self,
            ["block/\(name)/size": "1\n", "proc/diskstats": " 253 0 \(name) 10 0 0 90000 0 0 0 0 0 900 0\n"],
            earlier: ["proc/diskstats": " 253 0 \(name) 0 0 0 0 0 0 0 0 0 0 0\n"])
        #expect(report.status == .notApplicable)
    }

    @Test("interrupts that gather on one CPU are a finding with their source")
    func interrupts() throws {
        func table(_ counts: [Int], local: Int = 0) -> String {
            "           CPU0       CPU1       CPU2       CPU3       CPU4       CPU5\n"
                + " 24:  \(counts.map(String.init).joined(separator: "  "))  PCI-MSI 512-edge  mlx5_comp0\n"
                + "LOC:  \(Array(repeating: "\(local)", count: 6).joined(separator: "  "))  Local timer interrupts\n"
                + "ERR:  0\n"
        }
        let before = ["proc/interrupts": table([0, 0, 0, 0, 0, 0])]
        func report(_ counts: [Int], balancer: Bool = false) -> CheckReport {
            var files = ["proc/interrupts": table(counts, local: 1_000_000)]
            files["proc/1/comm"] = "systemd\n"
            files["kernel/irq/24/actions"] = "mlx5_comp0\n"
            if balancer { files["proc/812/comm"] = "irqbalance\n" }
            return examine(InterruptCheck.self, files, earlier: before)
        }
        let finding = try #require(report([0, 0, 60_000, 0, 0, 0]).findings.first)
        #expect(finding.severity == .warning)
        #expect(finding.evidence[0].contains("CPU 2 takes 60000"))
        #expect(finding.evidence.contains("most are of mlx5_comp0 (interrupt 24)"))
        #expect(finding.evidence.contains("irqbalance does not run"))
        #expect(report([0, 0, 60_000, 0, 0, 0], balancer: true).findings[0].evidence.contains("irqbalance runs"))
        #expect(report([9_000, 0, 0, 0, 0, 0]).status == .ok)
        let unnamed = examine(
            InterruptCheck.self, ["proc/interrupts": table([0, 0, 60_000, 0, 0, 0])], earlier: before)
        #expect(unnamed.findings[0].evidence.contains("most are of interrupt 24"))
        // Nobody who sees all processes misses the first.
        #expect(unnamed.findings[0].evidence.contains("whether irqbalance runs is not known"))
        #expect(unnamed.unknown.first?.contains("hidepid") == true)
        #expect(report([20_000, 20_000, 20_000, 20_000, 20_000, 20_000]).status == .ok)
    }

    @Test(
        "a group that is throttled is a warning, one that is so now is critical; in both versions of cgroups",
        arguments: [
            ("fs/cgroup/", "cpu.max", "150000 100000\n"), ("fs/cgroup/cpu/", "cpu.cfs_quota_us", "150000\n"),
        ])
    func throttling(root: String, file: String, quota: String) throws {
        let folder = root + "system.slice/llm.service/"
        var files = [folder + file: quota, folder + "cpu.cfs_period_us": "100000\n"]
        if file == "cpu.max" { files["fs/cgroup/cgroup.controllers"] = "cpu\n" }
        func report(_ now: String, earlier: String) -> CheckReport {
            files[folder + "cpu.stat"] = now
            return examine(CPULimitCheck.self, files, earlier: [folder + "cpu.stat": earlier])
        }
        let quiet = "nr_periods 1000\nnr_throttled 5\n"
        #expect(report(quiet, earlier: quiet).status == .ok)
        let past = try #require(
            report("nr_periods 1000\nnr_throttled 500\n", earlier: "nr_periods 1000\nnr_throttled 500\n").findings.first
        )
        #expect(past.severity == .warning)
        #expect(past.evidence.contains("limit: 1.5 CPUs"))
        #expect(past.evidence.contains("stopped in 50.0 % of its periods since it began"))
        #expect(past.remedy == ["sudo systemctl set-property llm.service CPUQuota="])
        #expect(
            report("nr_periods 1050\nnr_throttled 30\n", earlier: "nr_periods 1000\nnr_throttled 5\n").worst
                == .critical)
    }

    @Test("a group without a limit is not throttled, whatever it counts")
    func unlimited() {
        let folder = "fs/cgroup/kubepods.slice/pod1/"
        let report = examine(
            CPULimitCheck.self,
            [
                "fs/cgroup/cgroup.controllers": "cpu\n", folder + "cpu.max": "max 100000\n",
                folder + "cpu.stat": "nr_periods 10\nnr_throttled 10\n",
            ])
        #expect(report.status == .ok)
    }

    @Test(
        "heat is judged by the distance to a trip point",
        arguments: [
            (70_000, nil), (91_000, .warning), (95_000, .critical), (106_000, .critical),
        ] as [(Int, FindingSeverity?)])
    func heat(milliCelsius: Int, worst: FindingSeverity?) {
        let zone = "class/thermal/thermal_zone0/"
        let report = examine(
            ThermalCheck.self,
            [
                zone + "temp": "\(milliCelsius)\n", zone + "type": "x86_pkg_temp\n",
                zone + "trip_point_0_temp": "95000\n", zone + "trip_point_0_type": "passive\n",
                zone + "trip_point_1_temp": "0\n", zone + "trip_point_1_type": "critical\n",
            ])
        #expect(report.worst == worst)
    }

    @Test("throttling that goes on is critical, throttling of the past a note")
    func throttleCounts() {
        let file = "devices/system/cpu/cpu7/thermal_throttle/core_throttle_count"
        let going = examine(ThermalCheck.self, [file: "9\n"], earlier: [file: "8\n"])
        #expect(going.worst == .critical)
        #expect(going.findings[0].evidence[0].contains("CPUs 7"))
        #expect(examine(ThermalCheck.self, [file: "9\n"], earlier: [file: "9\n"]).worst == .info)
    }

    @Test("every check takes its samples of the host's files, and only of those that are there")
    func sampled() {
        let files = hostFiles([
            "proc/stat": "cpu 1\n", "fs/cgroup/cgroup.controllers": "cpu\n", "fs/cgroup/a/cpu.stat": "x 1\n",
        ])
        let sample = DoctorHost(files: files).sample(for: HostChecks.all)
        #expect(try! sample.read(.procfs("stat")) == Array("cpu 1\n".utf8))
        #expect(try! sample.read(.sysfs("fs/cgroup/a/cpu.stat")) == Array("x 1\n".utf8))
        #expect(throws: HostFileError.absent) { try sample.read(.procfs("diskstats")) }
    }
}
