import Platform
import Testing

@testable import Collectors

@Suite("A doctor on a hostile host")
struct HostileHostTests {
    @Test(
        "only what can be a unit's name gets into a command, quoted where a shell would read it otherwise",
        arguments: [
            ("system.slice/triton.service", "triton.service"),
            ("system.slice/app-a\\x2db@1.service", "'app-a\\x2db@1.service'"),
            ("system.slice/app.service/payload", nil), ("user.slice/user@1000.service/app.slice", nil),
            ("x;touch PWNED;$(id).service", nil), ("a b.service", nil), ("`id`.slice", nil), ("a\n.service", nil),
            ("-Hroot@host.service", nil), ("docker/abc", nil),
            // Those of containers are their manager's, who would take back what systemd is told.
            ("kubepods.slice/kubepods-burstable.slice/kubepods-pod7.slice/cri-containerd-4f2a.scope", nil),
            ("kubelet.slice/kubelet-kubepods.slice", nil), ("kubepods/burstable/pod7/app.service", nil),
            ("system.slice/docker-4f2a.scope", nil), ("machine.slice/libpod-4f2a.scope", nil),
            ("system.slice/docker-registry.service", "docker-registry.service"),
            ("system.slice/run-r7.scope", "run-r7.scope"),
        ] as [(String, String?)])
    func units(name: String, unit: String?) {
        #expect(Cgroup(path: .sysfs("fs/cgroup"), name: name).unit == unit)
    }

    @Test("names that others chose cannot move a terminal's cursor or begin a line")
    func printable() {
        let finding = Finding(
            .warning, "a\u{1b}[31mred\r\nCRITICAL", evidence: ["x\u{7}\u{202e}y"], why: "w\u{2028}", remedy: ["r\u{9b}"]
        )
        #expect(finding.title == "a?[31mred??CRITICAL")
        #expect(finding.evidence == ["x??y"])
        #expect(finding.why == "w?")
        #expect(finding.remedy == ["r?"])
        #expect(Finding.printable("Ärger µs €") == "Ärger µs €")
    }

    @Test("numbers that no kernel counts are no numbers, and so cannot overflow a sum")
    func numbers() {
        let huge = "9223372036854775807"
        for text in [huge, "-9223372036854775808"] { #expect(CheckText.number(Array(text.utf8)) == nil) }
        #expect(CheckText.number(Array("9007199254740992\n".utf8)) == 1 << 53)
    }

    @Test(
        "counters that leap to the end of their range and back overflow nothing",
        arguments: [StealCheck.self, DiskCheck.self, InterruptCheck.self, SwapCheck.self] as [any HostCheck.Type],
        [true, false])
    func leaps(_ check: any HostCheck.Type, isForward: Bool) {
        func files(_ number: String, _ small: String) -> [String: String] {
            let numbers = Array(repeating: number, count: 17).joined(separator: " ")
            return [
                "proc/stat": "cpu  \(numbers)\n", "proc/diskstats": " 8 0 sda \(numbers)\n",
                "proc/interrupts": " CPU0 CPU1\n 24: \(small) \(small) x\n", "block/sda/size": "1\n",
                "proc/vmstat": "pswpin \(number)\n", "proc/meminfo": "SwapTotal: 8 kB\nSwapFree: 8 kB\n",
            ]
        }
        let (low, high) = (files("0", "0"), files("\(UInt64.max)", "\(UInt32.max)"))
        #expect(examine(check, isForward ? high : low, earlier: isForward ? low : high).id == check.id)
    }
}
