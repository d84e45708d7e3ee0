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
        #expect(CheckText.number(huge) == nil && CheckText.number("-9223372036854775808") == nil)
        #expect(CheckText.number("9007199254740992\n") == 1 << 53)
        #expect(CheckText.table("MemTotal: 5 kB\nSwapTotal: \(huge) kB\n") == ["MemTotal": 5])
        #expect(CheckText.processorTicks("cpu  1 2 3 4 \(huge)\n") == [1, 2, 3, 4])
        #expect(CheckText.processorTicks("cpu  \(huge) \(huge) \(huge) \(huge)\n") == nil)
    }
}
