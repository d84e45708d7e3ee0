import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("What thermal files hold")
struct ThermalTextTests {
    @Test(
        "a temperature is thousandths of a degree that a sensor can have",
        arguments: [
            ("45000\n", 45), ("27800\n", 27.8), ("-5000\n", -5), ("0\n", 0), ("-100000\n", -100), ("300000\n", 300),
            ("-274000\n", nil), ("-100001\n", nil), ("300001\n", nil), ("garbage\n", nil), ("", nil),
        ] as [(String, Double?)])
    func temperatures(text: String, celsius: Double?) {
        #expect(ThermalText.celsius(Array(text.utf8)) == celsius)
    }

    @Test(
        "a trip point may be switched off",
        arguments: [
            ("90000\n", .set(90)), ("-274000\n", .unset), ("0\n", .unset), ("2147483647\n", .unset), ("1000000\n", nil),
            ("", nil),
        ] as [(String, ThermalText.Trip?)])
    func trips(text: String, trip: ThermalText.Trip?) {
        #expect(ThermalText.trip(Array(text.utf8)) == trip)
    }

    @Test(
        "a cooling state lies between 0 and the highest",
        arguments: [
            ("0\n", .state(0)), ("10\n", .state(10)), ("-1\n", .inactive), ("11\n", nil), ("-2\n", nil), ("x\n", nil),
        ] as [(String, ThermalText.CoolingState?)])
    func states(text: String, state: ThermalText.CoolingState?) {
        #expect(ThermalText.coolingState(Array(text.utf8), highest: 10) == state)
    }
}

@Suite("CPU frequency")
struct CPUFrequencyTests {
    @Test(
        "a frequency is kilohertz that a CPU can run at",
        arguments: [
            ("3500000\n", 3.5e9), ("1\n", 1000), ("20000000\n", 2e10), ("0\n", nil), ("-1\n", nil), ("20000001\n", nil),
            ("<unknown>\n", nil),
        ] as [(String, Double?)])
    func frequencies(text: String, hertz: Double?) {
        #expect(CPUFrequencyText.hertz(Array(text.utf8)) == hertz)
    }

    @Test(
        "a governor that the kernel does not ship is other",
        arguments: [("performance\n", "performance"), ("acme_turbo\n", "other"), ("\n", nil)] as [(String, String?)])
    func governors(text: String, governor: String?) {
        #expect(CPUFrequencyText.governor(Array(text.utf8)) == governor)
    }

    @Test("CPUs that share a clock are each exposed, in numerical order")
    func sharedClock() {
        var files = InMemoryHostFiles()
        for (policy, cpus, kilohertz) in [(0, "0 2 10\n", 1_000_000), (1, "1 9\n", 2_000_000)] {
            let folder = HostPath.sysfs("devices/system/cpu/cpufreq/policy\(policy)")
            files.write(cpus, to: folder / "affected_cpus")
            files.write("\(kilohertz)\n", to: folder / "scaling_cur_freq")
        }
        let family = CollectorPass(of: CPUFrequencyCollector.self, on: files).families.first
        #expect(family?.samples.compactMap { $0.labels["cpu"] } == ["0", "1", "2", "9", "10"])
        #expect(family?.samples.map(\.value) == [1e9, 2e9, 1e9, 2e9, 1e9].map { .number($0) })
    }

    @Test("a policy whose CPUs are all offline is no error")
    func offline() {
        var files = InMemoryHostFiles()
        files.fail(.sysfs("devices/system/cpu/cpufreq/policy0/affected_cpus"), with: .busy)
        let pass = CollectorPass(of: CPUFrequencyCollector.self, on: files)
        #expect(pass.families.isEmpty)
        #expect(pass.errorCount == 0)
    }
}

@Suite("Pressure")
struct PressureTests {
    private static let averages = "avg10=0.00 avg60=0.12 avg300=0.05"

    @Test("totals are microseconds")
    func totals() {
        let text = "some \(Self.averages) total=20145341\nfull \(Self.averages) total=0\n"
        #expect(
            PressureText.stalls(Array(text.utf8)) == [
                .init(kind: .some, seconds: 20.145341), .init(kind: .full, seconds: 0),
            ])
    }

    @Test("a file with one line is whole: irq has no some, the CPU of older kernels no full")
    func oneLine() {
        let text = "full \(Self.averages) total=7\n"
        #expect(PressureText.stalls(Array(text.utf8)) == [.init(kind: .full, seconds: 7e-6)])
    }

    @Test(
        "anything else is garbled",
        arguments: [
            "", "\n", "some \(averages) total=1", "some \(averages) total=\n", "some \(averages) total=-1\n",
            "some \(averages) total=nan\n", "some \(averages) total=9007199254740993\n", "some total=1\n",
            "half \(averages) total=1\n", "some \(averages) total=1\nsome \(averages) total=2\n",
            "some \(averages) total=1\n\n", "some \(averages) total=1 more=2\n", "some  \(averages) total=1\n",
            "some \(averages) total=1\nfull \(averages)\n",
        ])
    func garbled(text: String) {
        #expect(PressureText.stalls(Array(text.utf8)) == nil)
    }

    @Test("a kernel that was started without it is no error")
    func disabled() {
        var files = InMemoryHostFiles()
        for name in ["cpu", "io", "memory"] { files.fail(.procfs("pressure") / name, with: .notSupported) }
        let pass = CollectorPass(of: PressureCollector.self, on: files)
        #expect(pass.succeeded)
        #expect(pass.errorCount == 0)
        #expect(pass.families.isEmpty)
    }
}
