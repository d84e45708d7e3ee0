import Platform
import Testing

@testable import Collectors

@Suite("The doctor on GPUs")
struct GPUCheckTests {
    private static let checks: [any HostCheck.Type] = [
        GPUDriverCheck.self, GPUErrorCheck.self, GPUHeatCheck.self, GPUPowerCheck.self, GPUPersistenceCheck.self,
        GPUClockCheck.self, GPULinkCheck.self, GPUSharingCheck.self, GPUPlacementCheck.self,
    ]

    /// A GPU with which all is well.
    private static let healthy: GPUReadings = {
        var readings = GPUReadings()
        readings.utilization = GPUUtilization(mean: 0.5)
        readings.temperature.margin = 30
        readings.power.limitWatts = 700
        readings.power.defaultLimitWatts = 700
        readings.clockReasons = 0x2
        readings.persistenceMode = 1
        readings[clock: .sm].maxHertz = 1_980e6
        readings.pcie.generation = 5
        readings.pcie.generationMax = 5
        readings.pcie.width = 16
        readings.pcie.widthMax = 16
        readings.ecc.uncorrectedErrors = 0
        readings.ecc.remapFailed = 0
        readings.processes.counts = [.compute: 1]
        readings.processes.all = [GPUProcess(pid: 7, kinds: [.compute])]
        return readings
    }()

    private func host(_ readings: [GPUReadings], files: [String: String] = [:]) -> DoctorHost {
        let devices = readings.enumerated().map { GPUDevice(index: $0.offset, readings: $0.element) }
        let driver = GPUDriverStatus(state: .ok, driverVersion: "550.54", isExpected: true)
        return DoctorHost(files: hostFiles(files), gpus: GPUSnapshot(driver: driver, devices: devices))
    }

    struct Fault: CustomTestStringConvertible {
        let check: any HostCheck.Type
        let severity: FindingSeverity
        let words: String
        let change: @Sendable (inout GPUReadings) -> Void
        var testDescription: String { "\(check.id) \(words)" }

        init(
            _ check: any HostCheck.Type, _ severity: FindingSeverity, _ words: String,
            _ change: @escaping @Sendable (inout GPUReadings) -> Void
        ) {
            self.check = check
            self.severity = severity
            self.words = words
            self.change = change
        }
    }

    static let faults = [
        Fault(GPUErrorCheck.self, .critical, "could not be remapped") { $0.ecc.remapFailed = 1 },
        Fault(GPUErrorCheck.self, .warning, "wait to be remapped") { $0.ecc.remapPending = 1 },
        Fault(GPUErrorCheck.self, .warning, "wait to be retired") { $0.ecc.retiredPagesPending = 1 },
        Fault(GPUErrorCheck.self, .warning, "3 uncorrected") { $0.ecc.uncorrectedErrors = 3 },
        Fault(GPUHeatCheck.self, .critical, "30.0 °C left") { $0.clockReasons = 0x40 },
        Fault(GPUHeatCheck.self, .critical, "0.0 °C left") { $0.temperature.margin = 0 },
        Fault(GPUHeatCheck.self, .warning, "4.0 °C left") { $0.temperature.margin = 4 },
        Fault(GPUHeatCheck.self, .warning, "83.0 °C, 4.0 °C left") {
            $0.temperature.margin = nil
            $0.temperature.gpu = 83
            $0.temperature.thresholds[.slowdown] = 87
        },
        Fault(GPUPowerCheck.self, .warning, "400 W, by default 700 W") { $0.power.limitWatts = 400 },
        Fault(GPUPowerCheck.self, .info, "at its limit of 700 W") { $0.clockReasons = 0x4 },
        Fault(GPUPowerCheck.self, .critical, "power brake") { $0.clockReasons = 0x88 },
        Fault(GPUPersistenceCheck.self, .warning, "is off") { $0.persistenceMode = 0 },
        Fault(GPUClockCheck.self, .info, "up to 1980 MHz") { $0.clockReasons = 0 },
        Fault(GPUClockCheck.self, .warning, "900 MHz, by default 1410 MHz") {
            $0[clock: .sm].applicationHertz = 900e6
            $0[clock: .sm].defaultApplicationHertz = 1_410e6
        },
        Fault(GPULinkCheck.self, .warning, "x8 of x16") { $0.pcie.width = 8 },
        Fault(GPULinkCheck.self, .warning, "generation 3 of 5") { $0.pcie.generation = 3 },
        Fault(GPULinkCheck.self, .info, "generation 1 of 5") {
            $0.pcie.generation = 1
            $0.utilization = GPUUtilization(mean: 0)
        },
        Fault(GPUSharingCheck.self, .warning, "processes 7, 8") {
            $0.processes.all.append(GPUProcess(pid: 8, kinds: [.compute]))
        },
        Fault(GPUSharingCheck.self, .info, "processes 7, 8") {
            $0.processes.all.append(GPUProcess(pid: 8, kinds: [.mps]))
        },
        Fault(GPUSharingCheck.self, .info, "MIG with 0 instances") { $0.mig.isEnabled = true },
    ]

    @Test("a healthy GPU is well", arguments: checks)
    func healthy(_ check: any HostCheck.Type) {
        let report = examine(check, host([Self.healthy]))
        #expect(report.status == (check.id == GPUPlacementCheck.id ? .notApplicable : .ok))
    }

    @Test("a fault is found with its evidence, on the GPU that has it", arguments: faults)
    func fault(_ fault: Fault) throws {
        var faulty = Self.healthy
        fault.change(&faulty)
        let findings = examine(fault.check, host([Self.healthy, faulty])).findings
        let finding = try #require(findings.first)
        #expect(findings.count == 1)
        #expect(finding.severity == fault.severity)
        #expect(finding.title.contains("GPU 1"))
        #expect(finding.evidence.count == 1)
        #expect(finding.evidence[0].contains(fault.words))
    }

    @Test("GPUs with the same fault are one finding")
    func alike() throws {
        var faulty = Self.healthy
        faulty.power.limitWatts = 400
        let findings = examine(GPUPowerCheck.self, host([faulty, faulty, Self.healthy, faulty])).findings
        #expect(findings.map(\.title) == ["the power of GPUs 0-1,3 is capped below its default"])
        #expect(findings.first?.remedy == ["sudo nvidia-smi -i 0,1,3 -pl 700"])
        #expect(findings.first?.evidence.count == 3)
    }

    @Test("what a GPU does not say is not a fault", arguments: checks)
    func silent(_ check: any HostCheck.Type) {
        #expect(examine(check, host([GPUReadings()])).findings.isEmpty)
    }

    @Test(
        "the checks are skipped where nobody asked for GPUs, and do not apply where there are none", arguments: checks)
    func none(_ check: any HostCheck.Type) {
        #expect(examine(check, DoctorHost(files: InMemoryHostFiles())).status == .skipped)
        let missing = GPUSnapshot(driver: GPUDriverStatus(state: .libraryMissing, isExpected: false))
        #expect(examine(check, DoctorHost(files: InMemoryHostFiles(), gpus: missing)).status == .notApplicable)
    }

    @Test("a driver that cannot be asked leaves GPUs unknown, not away", arguments: checks.dropFirst())
    func unasked(_ check: any HostCheck.Type) {
        let hanging = GPUSnapshot(driver: GPUDriverStatus(state: .hanging, isExpected: true))
        let report = examine(check, DoctorHost(files: InMemoryHostFiles(), gpus: hanging))
        #expect(report.status == .unknown)
        #expect(report.notes == ["no GPU could be asked"])
    }

    @Test(
        "a driver that does not answer, or cannot be used, is critical; one that is not there is nothing",
        arguments: [
            (.hanging, true, .critical), (.starting, true, .critical), (.driverNotLoaded, true, .critical),
            (.versionMismatch, true, .critical), (.failing, true, .critical), (.libraryMissing, true, .critical),
            (.libraryMissing, false, nil), (.off, false, nil), (.noPermission, true, nil), (.blocked, true, nil),
        ] as [(GPUDriverState, Bool, FindingSeverity?)])
    func driver(state: GPUDriverState, isExpected: Bool, worst: FindingSeverity?) {
        let status = GPUDriverStatus(state: state, message: "said", isExpected: isExpected)
        let report = examine(
            GPUDriverCheck.self, DoctorHost(files: InMemoryHostFiles(), gpus: GPUSnapshot(driver: status)))
        #expect(report.worst == worst)
        if state == .noPermission || state == .blocked { #expect(report.status == .unknown) }
    }

    @Test("a lost GPU and errors of the driver are found")
    func lost() {
        var snapshot = host([Self.healthy]).gpus
        snapshot.devices[0].events.xids = [GPUXid(xid: 79, count: 2, firstSeenSeconds: 0, lastSeenSeconds: 0)]
        snapshot.devices.append(GPUDevice(index: 1, condition: .lost, message: "it fell off the bus"))
        let report = examine(GPUDriverCheck.self, DoctorHost(files: InMemoryHostFiles(), gpus: snapshot))
        #expect(report.findings.map(\.title) == ["GPU 1 is lost", "GPU 0 reports the error Xid 79"])
    }

    @Test(
        "a process is judged by the CPUs near its GPU",
        arguments: [("0-3", nil), ("1", nil), ("4-7", .warning), ("0-7", .info)] as [(String, FindingSeverity?)])
    func placement(allowed: String, worst: FindingSeverity?) {
        var readings = Self.healthy
        readings.locality.cpus = [0, 1, 2, 3]
        let files = [
            "devices/system/cpu/online": "0-7\n", "proc/7/comm": "tritonserver\n",
            "proc/7/status": "Name:\ttritonserver\nCpus_allowed:\tff\nCpus_allowed_list:\t\(allowed)\n",
        ]
        let report = examine(GPUPlacementCheck.self, host([readings], files: files))
        #expect(report.worst == worst)
        #expect(report.status == (worst == nil ? .ok : .findings))
        if worst == .warning { #expect(report.findings[0].title == "tritonserver (7) runs far from GPU 0") }
    }

    @Test(
        "interrupts on the CPUs of a process that is pinned are found, on all others only where they gather",
        arguments: [("0-1", true), ("1", true), ("2-3", false), ("0-3", false)])
    func pinned(allowed: String, isFound: Bool) {
        func table(_ count: Int) -> String { "  CPU0 CPU1 CPU2 CPU3\n 24: 0 \(count) 0 0 PCI-MSI mlx5\n" }
        var host = host(
            [Self.healthy],
            files: [
                "proc/interrupts": table(2_000), "proc/7/comm": "vllm\n",
                "proc/7/status": "Name:\tvllm\nCpus_allowed_list:\t\(allowed)\n",
            ])
        host.earlier = hostFiles(["proc/interrupts": table(0)])
        host.elapsedSeconds = 1
        let titles = examine(InterruptCheck.self, host).findings.map(\.title)
        #expect(titles == (isFound ? ["vllm (7) is pinned to CPUs that devices interrupt"] : []))
    }
}
