import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("Hardware monitoring chips")
struct HwmonTests {
    private let chip = HostPath.sysfs("class/hwmon/hwmon0")

    @Test(
        "a chip is called by its device, not by its number",
        arguments: [
            ("coretemp", "../../devices/platform/coretemp.1/hwmon/hwmon3", "coretemp.1"),
            ("k10temp", "../../devices/pci0000:00/0000:00:18.3/hwmon/hwmon2", "k10temp-0000:00:18.3"),
            ("nvme", "../../devices/pci0000:00/0000:3d:00.0/nvme/nvme0/hwmon4", "nvme0"),
            ("acpitz", "../../devices/virtual/thermal/thermal_zone0/hwmon0", "acpitz-thermal_zone0"),
            ("odd", "../../devices/virtual/hwmon/hwmon0", nil), ("odd", "", nil), ("odd", "../hwmon0", nil),
        ] as [(String, String, String?)])
    func names(name: String, link: String, label: String?) {
        #expect(HwmonText.chip(name: name, link: link) == label)
    }

    @Test(
        "a limit that was not set is none",
        arguments: [
            ("94000\n", .set(94)), ("-40000\n", .set(-40)), ("0\n", .unset), ("65261850\n", .unset), ("hot\n", nil),
            ("", nil),
        ] as [(String, HwmonText.Limit?)])
    func limits(text: String, limit: HwmonText.Limit?) {
        #expect(HwmonText.limit(Array(text.utf8)) == limit)
    }

    @Test(
        "a label may be empty",
        arguments: [
            ("Package id 0\n", .text("Package id 0")), ("\n", HwmonText.SensorLabel.none), ("", .some(.none)),
            ("\u{1}\n", nil),
        ] as [(String, HwmonText.SensorLabel?)])
    func labels(text: String, label: HwmonText.SensorLabel?) {
        #expect(HwmonText.label(Array(text.utf8)) == label)
    }

    @Test("a sensor that sleeps is absent and no error", arguments: [HostFileError.noData, .tryAgain])
    func asleep(error: HostFileError) {
        var files = InMemoryHostFiles()
        files.write("drivetemp\n", to: chip / "name")
        files.fail(chip / "temp1_input", with: error)
        files.write("31000\n", to: chip / "temp2_input")
        let pass = CollectorPass(of: HwmonCollector.self, on: files)
        #expect(pass.errorCount == 0)
        #expect(pass.values.keys.map { $0.labels["sensor"] } == ["temp2"])
    }

    @Test("power is the present one where there is one, else the average")
    func power() {
        var files = InMemoryHostFiles()
        files.write("power_meter\n", to: chip / "name")
        for (file, text) in [
            ("power1_input", "5000000\n"), ("power1_average", "6000000\n"), ("power2_average", "7000000\n"),
        ] { files.write(text, to: chip / file) }
        let family = CollectorPass(of: HwmonCollector.self, on: files).families.first
        #expect(family?.samples.map(\.value) == [.number(5), .number(7)])
    }
}

@Suite("Energy")
struct RAPLTests {
    private let zone = HostPath.sysfs("class/powercap/intel-rapl:0")

    @Test(
        "a part belongs to its package",
        arguments: [
            ("package-0", nil, ["domain": "package", "package": "0"]),
            ("package-1-die-0", nil, ["domain": "package", "package": "1-die-0"]), ("psys", nil, ["domain": "psys"]),
            ("dram", "package-1", ["domain": "dram", "package": "1"]), ("package-", nil, ["domain": "package-"]),
        ] as [(String, String?, LabelSet)])
    func labels(name: String, parent: String?, labels: LabelSet) {
        #expect(RAPLText.labels(of: name, in: parent) == labels)
    }

    @Test(
        "a part's folder has its package's name and a number",
        arguments: [("intel-rapl:0", nil), ("intel-rapl:0:1", "intel-rapl:0")] as [(String, String?)])
    func parents(zone: String, parent: String?) {
        #expect(RAPLText.parent(of: zone) == parent)
    }

    private func files(_ microjoules: UInt64) -> InMemoryHostFiles {
        var files = InMemoryHostFiles()
        files.write("package-0\n", to: zone / "name")
        files.write("1000000\n", to: zone / "max_energy_range_uj")
        files.write("\(microjoules)\n", to: zone / "energy_uj")
        return files
    }

    @Test("energy goes on where the kernel's counter starts again")
    func wraps() {
        var collector: any Collector = RAPLCollector()
        for (microjoules, joules) in [(900_000, 0.9), (950_000, 0.95), (100_000, 1.1), (100_000, 1.1)] {
            let pass = CollectorPass(
                of: &collector, declared: RAPLCollector.descriptors, on: files(UInt64(microjoules)))
            #expect(pass.values.values.map(\.self) == [.number(joules)])
        }
    }

    @Test("what only root may read is one error a minute, not one a pass")
    func denied() {
        var files = files(1)
        files.fail(zone / "energy_uj", with: .denied)
        var slot = CollectorSlot(RAPLCollector.self, interval: .seconds(5), due: .zero)
        let host = CollectorHost(files: files)
        var notes: [CollectorNote] = []
        for second in stride(from: 0, to: 125, by: 5) { notes += slot.run(on: host, clock: { .seconds(second) }) }
        #expect(slot.report.errorCount == 3)
        #expect(notes.count == 1)
        #expect(slot.report.families.isEmpty)
    }
}

@Suite("Memory")
struct MemoryTests {
    @Test("the events of vmstat are found among others, and a kernel may lack some")
    func events() throws {
        let text = "nr_free_pages 5798853\npgmajfault 4711\nallocstall_normal 18446744073709551615\nnew_event 1\n"
        let counts = try #require(VMStatText.counts(Array(text.utf8)))
        let found = zip(VMStatText.events, counts).filter { $0.1 != nil }.map { "\($0.0) \($0.1 ?? 0)" }
        #expect(found == ["allocstall_normal 18446744073709551615", "pgmajfault 4711"])
    }

    @Test(
        "any other line makes vmstat garbled",
        arguments: [
            "", "\n", "pgfault\n", "pgfault 1", "pgfault 1 2\n", "pgfault -1\n", "pgfault 1\n\n", "1 pgfault\n",
        ])
    func garbledEvents(text: String) {
        #expect(VMStatText.counts(Array(text.utf8)) == nil)
    }

    @Test("amounts are kibibytes, huge pages are counted in their size")
    func amounts() throws {
        let text = """
            MemTotal:       24684084 kB
            HugePages_Total:      16
            HugePages_Free:        4
            Hugepagesize:       2048 kB
            DirectMap1G:    25165824 kB

            """
        let amounts = try #require(MemoryText.amounts(Array(text.utf8)))
        let found = zip(MemoryText.kinds, amounts).filter { $0.1 != nil }.map { "\($0.0.kind) \($0.1 ?? 0)" }
        #expect(found == ["total 25276502016.0", "hugepages_total 33554432.0", "hugepages_free 8388608.0"])
    }

    @Test("huge pages of unknown size are absent")
    func unknownSize() throws {
        let amounts = try #require(MemoryText.amounts(Array("HugePages_Total:      16\n".utf8)))
        #expect(amounts.allSatisfy { $0 == nil })
    }

    @Test(
        "any other line makes meminfo garbled",
        arguments: [
            "", "\n", "MemTotal 1 kB\n", "MemTotal: kB\n", "MemTotal: 1 MB\n", "MemTotal: 1 kB 2\n",
            "MemTotal: -1 kB\n",
            "MemTotal: 1125899906842625 kB\n", "MemTotal: 1 kB",
        ])
    func garbledAmounts(text: String) {
        #expect(MemoryText.amounts(Array(text.utf8)) == nil)
    }

    @Test(
        "a setting's mode is the one in brackets",
        arguments: [
            ("always [madvise] never\n", "madvise"), ("always defer [defer+madvise] madvise never\n", "defer+madvise"),
            ("[sometimes] never\n", "other"), ("always never\n", nil), ("[always] [never]\n", nil), ("[]\n", nil),
            ("", nil),
        ] as [(String, String?)])
    func modes(text: String, mode: String?) {
        #expect(MemoryText.mode(Array(text.utf8)) == mode)
    }

    @Test(
        "a controller counts with 32 bits",
        arguments: [("0\n", 0), ("4294967295\n", 4_294_967_295), ("4294967296\n", nil), ("-1\n", nil), ("", nil)]
            as [(String, Int64?)])
    func controllers(text: String, count: Int64?) {
        #expect(EDACText.count(Array(text.utf8)) == count)
    }
}
