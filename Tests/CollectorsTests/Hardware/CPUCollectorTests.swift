import Platform
import Telemetry
import Testing

@testable import Collectors

/// A collector on a host that a test changes between its passes.
private struct Host {
    var files = InMemoryHostFiles()
    private var collector: any Collector
    private let type: any Collector.Type

    init(_ type: any Collector.Type) {
        self.type = type
        collector = type.init()
    }

    mutating func write(_ text: String, _ path: String) { files.write(text, to: .sysfs("devices/system/cpu/" + path)) }

    mutating func fail(_ path: String, _ error: HostFileError) {
        files.fail(.sysfs("devices/system/cpu/" + path), with: error)
    }

    mutating func pass() -> CollectorPass { CollectorPass(of: &collector, declared: type.descriptors, on: files) }
}

extension CollectorPass {
    fileprivate func value(_ family: String, _ labels: LabelSet = [:]) -> Double? {
        guard case .number(let value) = values[SampleKey(family: "latencyd_" + family, labels: labels)] else {
            return nil
        }
        return value
    }
}

@Suite("Idle states of CPUs")
struct CPUIdleTests {
    private var host = Host(CPUIdleCollector.self)
    private static let c6: LabelSet = ["state": "C6"]

    init() {
        for (cpu, disabled) in [(0, 0), (1, 1)] { add(cpu, 0, "C6", time: 1_000_000 * (cpu + 1), disabled: disabled) }
    }

    private mutating func add(_ cpu: Int, _ state: Int, _ name: String, time: Int, disabled: Int = 0) {
        let folder = "cpu\(cpu)/cpuidle/state\(state)/"
        for (file, text) in [
            ("name", name), ("latency", "133"), ("residency", "600"), ("disable", "\(disabled)"), ("usage", "7"),
        ] {
            host.write(text + "\n", folder + file)
        }
        host.write("\(time)\n", folder + "time")
    }

    @Test("are added up over the CPUs")
    mutating func sums() {
        let pass = host.pass()
        #expect(pass.value("cpu_idle_state_seconds", Self.c6) == 3)
        #expect(pass.value("cpu_idle_state_entries", Self.c6) == 14)
        #expect(pass.value("cpu_idle_exit_latency_seconds", Self.c6) == 133e-6)
        #expect(pass.value("cpu_idle_disabled_ratio", Self.c6) == 0.5)
    }

    @Test("lose nothing when a CPU goes offline and comes back")
    mutating func offline() {
        _ = host.pass()
        let online = host
        host.files = InMemoryHostFiles()
        add(0, 0, "C6", time: 1_500_000)
        #expect(host.pass().value("cpu_idle_state_seconds", Self.c6) == 3.5)
        host.files = online.files
        add(0, 0, "C6", time: 1_500_000)
        add(1, 0, "C6", time: 2_250_000)
        #expect(host.pass().value("cpu_idle_state_seconds", Self.c6) == 3.75)
    }

    @Test(
        "lose only the sample that a file is for",
        arguments: [
            ("latency", "cpu_idle_exit_latency_seconds"), ("disable", "cpu_idle_disabled_ratio"),
            ("time", "cpu_idle_state_seconds"), ("usage", "cpu_idle_state_entries"),
            ("residency", "cpu_idle_target_residency_seconds"),
        ])
    func oneFile(file: String, family: String) {
        var host = host
        host.fail("cpu0/cpuidle/state0/\(file)", .inputOutput)
        let pass = host.pass()
        #expect(pass.value(family, Self.c6) == nil)
        #expect(pass.values.count == CPUIdleCollector.descriptors.count - 1)
        #expect(pass.errorCount == 1)
    }

    @Test("cannot be switched off in old kernels, which is no error")
    mutating func noDisable() {
        for cpu in 0...1 { host.fail("cpu\(cpu)/cpuidle/state0/disable", .absent) }
        let pass = host.pass()
        #expect(pass.value("cpu_idle_disabled_ratio", Self.c6) == 0)
        #expect(pass.errorCount == 0)
    }

    @Test("are limited by name, which is said once a pass")
    mutating func limit() {
        for state in 1...(CPUIdleText.statesMax + 3) { add(1, state, "S\(state)", time: 1) }
        let pass = host.pass()
        #expect(pass.families[0].samples.count == CPUIdleText.statesMax)
        #expect(pass.errorCount == 1)
    }
}

@Suite("Throttling of CPUs")
struct CPUThrottleTests {
    private var host = Host(CPUThrottleCollector.self)

    /// Two packages of one core with two threads each: CPUs 0 and 2, 1 and 3.
    init() {
        for cpu in 0...3 {
            for scope in ["core", "package"] {
                host.write("\(cpu + 5)\n", "cpu\(cpu)/thermal_throttle/\(scope)_throttle_count")
                host.write("1500\n", "cpu\(cpu)/thermal_throttle/\(scope)_throttle_total_time_ms")
            }
            for list in ["thread", "core"] {
                host.write("\(cpu % 2),\(cpu % 2 + 2)\n", "cpu\(cpu)/topology/\(list)_siblings_list")
            }
        }
    }

    @Test("is given once for the CPUs that share it, under the first of them")
    mutating func shared() {
        let pass = host.pass()
        for scope in ["core", "package"] {
            let samples = pass.families.first { $0.descriptor.name == "latencyd_cpu_throttle_events" }?.samples ?? []
            let cpus = samples.filter { $0.labels["scope"] == scope }.compactMap { $0.labels["cpu"] }
            #expect(cpus == ["0", "1"], "\(scope)")
            #expect(pass.value("cpu_throttle_events", ["cpu": "1", "scope": scope]) == 6)
            #expect(pass.value("cpu_throttle_seconds", ["cpu": "0", "scope": scope]) == 1.5)
        }
        // Files that this kernel does not have are no errors.
        #expect(pass.value("cpu_throttle_longest_seconds", ["cpu": "0", "scope": "core"]) == nil)
        #expect(pass.errorCount == 0)
    }

    @Test("is under nobody's name when it cannot be told who shares it")
    mutating func unknown() {
        host.write("0,x\n", "cpu0/topology/thread_siblings_list")
        let pass = host.pass()
        #expect(pass.value("cpu_throttle_events", ["cpu": "0", "scope": "core"]) == nil)
        #expect(pass.value("cpu_throttle_events", ["cpu": "2", "scope": "core"]) == nil)
        #expect(pass.value("cpu_throttle_events", ["cpu": "0", "scope": "package"]) == 5)
    }
}

@Suite("What sets the CPUs' frequencies")
struct CPUFrequencyDriverTests {
    private var host = Host(CPUFrequencyCollector.self)

    init() {
        for policy in 0...1 {
            let folder = "cpufreq/policy\(policy)/"
            host.write("\(policy)\n", folder + "affected_cpus")
            host.write("acpi-cpufreq\n", folder + "scaling_driver")
            for file in ["scaling_cur_freq", "scaling_min_freq", "scaling_max_freq", "cpuinfo_max_freq"] {
                host.write("2000000\n", folder + file)
            }
            host.write("performance\n", folder + "scaling_governor")
        }
    }

    @Test("is Intel's driver with its mode, and its switch for turbo says off by 1", arguments: [(0, 1.0), (1, 0.0)])
    func intel(noTurbo: Int, enabled: Double) {
        var host = host
        host.write("passive\n", "intel_pstate/status")
        host.write("\(noTurbo)\n", "intel_pstate/no_turbo")
        let pass = host.pass()
        #expect(pass.value("cpu_frequency_driver_info", ["driver": "intel_pstate", "mode": "passive"]) == 1)
        #expect(pass.value("cpu_turbo_enabled") == enabled)
        #expect(pass.errorCount == 0)
    }

    @Test("is another one where Intel's is switched off and refuses to be read, which is no error")
    mutating func intelOff() {
        host.write("off\n", "intel_pstate/status")
        host.fail("intel_pstate/no_turbo", .tryAgain)
        host.write("0\n", "cpufreq/boost")
        let pass = host.pass()
        #expect(pass.value("cpu_frequency_driver_info", ["driver": "acpi-cpufreq"]) == 1)
        #expect(pass.value("cpu_turbo_enabled") == 0)
        #expect(pass.errorCount == 0)
    }

    @Test("is asked of CPUs that are online")
    mutating func offline() {
        for file in ["affected_cpus", "scaling_driver"] { host.fail("cpufreq/policy0/\(file)", .busy) }
        let pass = host.pass()
        #expect(pass.value("cpu_frequency_driver_info", ["driver": "acpi-cpufreq"]) == 1)
        #expect(pass.errorCount == 0)
    }
}
