import Platform
import Testing

@testable import Collectors

/// Checks of how a host is set up.
@Suite("The doctor on settings")
struct SettingCheckTests {
    /// A case: what the host has, and what the worst finding is; nil where all is well.
    struct Case: CustomTestStringConvertible {
        let check: any HostCheck.Type
        let files: [String: String]
        let worst: FindingSeverity?
        var testDescription: String { "\(check.id) \(files.values.sorted()) \(worst?.rawValue ?? "ok")" }
    }

    private static let policy = "devices/system/cpu/cpufreq/policy0/"

    private static func governor(
        _ governor: String, driver: String = "acpi-cpufreq", preference: String? = nil, most: Int = 3_000_000
    ) -> [String: String] {
        var files = [
            policy + "scaling_governor": governor + "\n", policy + "scaling_driver": driver + "\n",
            policy + "scaling_max_freq": "\(most)\n", policy + "cpuinfo_max_freq": "3000000\n",
        ]
        files[policy + "energy_performance_preference"] = preference.map { $0 + "\n" }
        return files
    }

    private static func idle(_ microseconds: Int, disabled: Int) -> [String: String] {
        let folder = "devices/system/cpu/cpu0/cpuidle/state2/"
        return [folder + "latency": "\(microseconds)\n", folder + "disable": "\(disabled)\n", folder + "name": "C6\n"]
    }

    private static func huge(_ enabled: String, _ defrag: String) -> [String: String] {
        let folder = "kernel/mm/transparent_hugepage/"
        return [folder + "enabled": enabled + "\n", folder + "defrag": defrag + "\n"]
    }

    private static func numa(balancing: Int, reclaim: Int) -> [String: String] {
        [
            "devices/system/node/node0/cpulist": "0\n", "devices/system/node/node1/cpulist": "1\n",
            "proc/sys/kernel/numa_balancing": "\(balancing)\n", "proc/sys/vm/zone_reclaim_mode": "\(reclaim)\n",
        ]
    }

    private static func clock(_ source: String) -> [String: String] {
        let folder = "devices/system/clocksource/clocksource0/"
        return [folder + "current_clocksource": source + "\n", folder + "available_clocksource": "tsc hpet acpi_pm \n"]
    }

    private static func swap(used: Int, total: Int = 8_388_608, swappiness: Int = 1) -> [String: String] {
        [
            "proc/meminfo": "MemTotal: 1000 kB\nSwapTotal:  \(total) kB\nSwapFree: \(total - used) kB\n",
            "proc/sys/vm/swappiness": "\(swappiness)\n",
        ]
    }

    private static func memory(_ available: Int) -> [String: String] {
        ["proc/meminfo": "MemTotal:       1000000 kB\nMemAvailable:   \(available) kB\n"]
    }

    static let cases = [
        Case(check: GovernorCheck.self, files: governor("performance"), worst: nil),
        Case(check: GovernorCheck.self, files: governor("schedutil"), worst: .warning),
        Case(check: GovernorCheck.self, files: governor("powersave"), worst: .critical),
        Case(check: GovernorCheck.self, files: governor("performance", most: 2_000_000), worst: .warning),
        Case(check: GovernorCheck.self, files: governor("performance", most: 2_999_000), worst: nil),
        Case(
            check: GovernorCheck.self, files: governor("powersave", driver: "intel_pstate", preference: "performance"),
            worst: nil),
        Case(
            check: GovernorCheck.self,
            files: governor("powersave", driver: "intel_pstate", preference: "balance_performance"), worst: .info),
        Case(
            check: GovernorCheck.self, files: governor("powersave", driver: "amd-pstate-epp", preference: "power"),
            worst: .warning),
        Case(check: TurboCheck.self, files: ["devices/system/cpu/intel_pstate/no_turbo": "0\n"], worst: nil),
        Case(check: TurboCheck.self, files: ["devices/system/cpu/intel_pstate/no_turbo": "1\n"], worst: .info),
        Case(check: TurboCheck.self, files: ["devices/system/cpu/cpufreq/boost": "0\n"], worst: .info),
        Case(check: IdleStateCheck.self, files: idle(133, disabled: 0), worst: .warning),
        Case(check: IdleStateCheck.self, files: idle(133, disabled: 1), worst: nil),
        Case(check: IdleStateCheck.self, files: idle(99, disabled: 0), worst: nil),
        Case(check: HugePageCheck.self, files: huge("always [madvise] never", "[always] never"), worst: nil),
        Case(check: HugePageCheck.self, files: huge("[always] madvise never", "always [madvise] never"), worst: .info),
        Case(check: HugePageCheck.self, files: huge("[always] madvise never", "[always] never"), worst: .warning),
        Case(check: NUMACheck.self, files: numa(balancing: 0, reclaim: 0), worst: nil),
        Case(check: NUMACheck.self, files: numa(balancing: 1, reclaim: 0), worst: .warning),
        Case(check: NUMACheck.self, files: numa(balancing: 0, reclaim: 1), worst: .warning),
        Case(check: ClockSourceCheck.self, files: clock("tsc"), worst: nil),
        Case(check: ClockSourceCheck.self, files: clock("hpet"), worst: .info),
        Case(check: SwapCheck.self, files: swap(used: 0, total: 0), worst: nil),
        Case(check: SwapCheck.self, files: swap(used: 1_000), worst: nil),
        Case(check: SwapCheck.self, files: swap(used: 1_000, swappiness: 60), worst: .info),
        Case(check: SwapCheck.self, files: swap(used: 100_000), worst: .warning),
        Case(check: MemoryCheck.self, files: memory(500_000), worst: nil),
        Case(check: MemoryCheck.self, files: memory(99_000), worst: .warning),
        Case(check: MemoryCheck.self, files: memory(49_000), worst: .critical),
        Case(check: KernelOptionCheck.self, files: ["proc/cmdline": "quiet ro\n"], worst: nil),
        Case(check: KernelOptionCheck.self, files: ["proc/cmdline": "quiet isolcpus=2-7\n"], worst: .info),
    ]

    @Test("judges what it sees", arguments: cases)
    func judges(_ one: Case) throws {
        let report = examine(one.check, one.files)
        #expect(report.worst == one.worst)
        #expect(report.status == (one.worst == nil ? .ok : .findings))
        for finding in report.findings {
            #expect(!finding.title.isEmpty && !finding.evidence.isEmpty && !finding.why.isEmpty)
        }
        if one.worst == nil { #expect(!report.notes.isEmpty) }
    }

    @Test("what a host does not have does not apply", arguments: HostChecks.all)
    func absent(_ check: any HostCheck.Type) {
        let gpus = GPUSnapshot(driver: GPUDriverStatus(state: .libraryMissing, isExpected: false))
        let report = examine(check, DoctorHost(files: InMemoryHostFiles(), gpus: gpus))
        #expect(report.status == (check.id == WakeupCheck.id ? .skipped : .notApplicable))
        #expect(report.notes.count == 1)
    }

    @Test("what must not be read, or makes no sense, is unknown and not well", arguments: cases)
    func unreadable(_ one: Case) {
        var files = hostFiles(one.files)
        for path in files.paths { files.fail(path, with: .denied) }
        let denied = examine(one.check, DoctorHost(files: files))
        #expect(denied.status == .unknown)
        #expect(
            denied.notes.contains { $0.hasSuffix("permission denied; run as root, or with CAP_DAC_READ_SEARCH") })
        for path in files.paths { files.write([0xff, 0x00], to: path) }
        #expect(examine(one.check, DoctorHost(files: files)).status == .unknown)
    }
}
