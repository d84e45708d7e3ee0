import Collectors
import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@Suite("GPUs on the page")
struct NVIDIACollectorTests {
    private func pass(_ gpus: FakeGPUs, on files: InMemoryHostFiles = FakeGPUs.files) throws -> CollectorPass {
        let type = try #require(HardwareCollectors.all.first { $0.id == "nvidia" })
        return CollectorPass(of: type, on: files, gpus: gpus)
    }

    private func value(_ pass: CollectorPass, _ family: String, _ labels: LabelSet) -> Double? {
        guard case .number(let value)? = pass.values[SampleKey(family: family, labels: labels)] else { return nil }
        return value
    }

    private struct CannotWrite: Error {
        let path: String
    }

    @Test("are what the golden file says")
    func golden() throws {
        var lines: [String] = []
        for gpus in FakeGPUs.all {
            lines.append("## \(gpus.name)")
            for family in try pass(gpus).families {
                lines.append("# \(family.descriptor.kind) \(family.descriptor.name)")
                for sample in family.samples {
                    guard case .number(let value) = sample.value else { continue }
                    let labels = sample.labels.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
                    lines.append("\(family.descriptor.sampleName){\(labels)} \(value)")
                }
            }
        }
        let name = "Tests/CollectorsTests/Captures/gpus.txt"
        if getenv("UPDATE_GOLDEN") != nil {
            guard let file = fopen(Repository.path(name), "w") else { throw CannotWrite(path: name) }
            defer { fclose(file) }
            fputs(lines.joined(separator: "\n") + "\n", file)
        }
        #expect(Repository.text(name).split(separator: "\n").map(String.init) == lines)
    }

    @Test("a host without NVIDIA's driver has none, and that is no failure")
    func none() throws {
        let pass = try pass(
            FakeGPUs(name: "missing", taken: GPUSnapshot(driver: GPUDriverStatus(state: .libraryMissing))))
        #expect(pass.succeeded)
        #expect(pass.errorCount == 0)
        #expect(pass.families.isEmpty)
    }

    @Test("every state of the driver is one of a set, and never a failure", arguments: GPUDriverState.allCases)
    func states(state: GPUDriverState) throws {
        let pass = try pass(FakeGPUs(name: "", taken: GPUSnapshot(driver: FakeGPUs.driver(state))))
        #expect(pass.succeeded && pass.errorCount == 0)
        for other in GPUDriverState.allCases {
            let value = value(pass, "latencyd_gpu_driver_state", ["state": other.rawValue])
            #expect(value == (other == state ? 1 : 0))
        }
    }

    @Test("a lost one stays, with nothing but that it is lost")
    func lost() throws {
        let pass = try pass(FakeGPUs(name: "", taken: FakeGPUs.troubled))
        #expect(value(pass, "latencyd_gpu_lost", ["gpu": "0"]) == 1)
        #expect(value(pass, "latencyd_gpu_lost", ["gpu": "1"]) == 0)
        #expect(value(pass, "latencyd_gpu_condition", ["gpu": "1", "condition": "no_permission"]) == 1)
        #expect(value(pass, "latencyd_gpu_driver_hanging_seconds", [:]) == 61)
        #expect(!pass.families.contains { $0.descriptor.name == "latencyd_gpu_temperature_celsius" })
    }

    @Test("what is read seldom is shown anew when it was read, and goes with the GPU")
    func slow() throws {
        let type = try #require(HardwareCollectors.all.first { $0.id == "nvidia" })
        var collector = type.init()
        func width(_ lanes: Double, readAt seconds: Double, isLost: Bool = false) -> Double? {
            var device = FakeGPUs.full
            device.readings?.pcie.width = lanes
            device.readings?.slowReadAtSeconds = seconds
            if isLost { device.readings = nil }
            let gpus = FakeGPUs(name: "", taken: GPUSnapshot(driver: FakeGPUs.driver(), devices: [device]))
            let pass = CollectorPass(of: &collector, declared: type.descriptors, on: InMemoryHostFiles(), gpus: gpus)
            return value(pass, "latencyd_gpu_pcie_link_width", ["gpu": "0"])
        }
        #expect(width(16, readAt: 10) == 16)
        #expect(width(8, readAt: 20) == 8)
        #expect(width(8, readAt: 20, isLost: true) == nil)
        #expect(width(4, readAt: 20) == 4)
    }

    @Test(
        "how many CPUs of a process are far from its GPU is told where both are known",
        arguments: [
            (online: "0-67", near: [0, 1, 2, 3], allowed: "0-3", ratio: 0), ("0-67", [0, 1, 2, 3], "2-3,64-65", 0.5),
            ("0-67", [0, 1, 2, 3], "64-67", 1), ("0-67", [0, 1, 2, 3], "0-67", 64.0 / 68),
            // A process may run on CPUs that there are not, and a GPU be near to them.
            ("0-7", [0, 1, 2, 3, 64], "0-255", 0.5), ("0-7", [64], "0-255", nil), ("0-7", [0], "64", nil),
            ("0-7", nil, "0-255", nil), ("0-7", [], "0-255", nil), (nil, [0, 1], "0", nil), ("0-7", [0], nil, nil),
        ] as [(online: String?, near: [Int]?, allowed: String?, ratio: Double?)])
    func remote(online: String?, near: [Int]?, allowed: String?, ratio: Double?) throws {
        var files = InMemoryHostFiles()
        if let online { files.write("\(online)\n", to: .sysfs("devices/system/cpu/online")) }
        if let allowed { files.write("Pid:\t42\nCpus_allowed_list:\t\(allowed)\n", to: .procfs("42/status")) }
        var device = FakeGPUs.full
        device.readings?.locality.cpus = near
        let gpus = FakeGPUs(name: "", taken: GPUSnapshot(driver: FakeGPUs.driver(), devices: [device]))
        let pass = try pass(gpus, on: files)
        #expect(pass.succeeded && pass.errorCount == 0)
        #expect(value(pass, "latencyd_gpu_process_remote_cpus_ratio", ["gpu": "0", "pid": "42"]) == ratio)
        #expect(value(pass, "latencyd_gpu_process_remote_cpus_ratio", ["gpu": "0", "pid": "43"]) == nil)
    }

    @Test("a process of several GPUs is read once, one too many not at all")
    func remoteLimit() throws {
        let count = 300
        var files = InMemoryHostFiles()
        files.write("0-1\n", to: .sysfs("devices/system/cpu/online"))
        for pid in 1...count { files.write("Pid:\t1\nCpus_allowed_list:\t0-1\n", to: .procfs("\(pid)/status")) }
        let devices = [0, 1].map { index in
            var device = GPUDevice(index: index, readings: GPUReadings())
            device.readings?.locality.cpus = [index]
            device.readings?.processes.all = (1...count).map { GPUProcess(pid: UInt32($0), kinds: [.compute]) }
            return device
        }
        let gpus = FakeGPUs(name: "", taken: GPUSnapshot(driver: FakeGPUs.driver(), devices: devices))
        let family = try pass(gpus, on: files).families.first {
            $0.descriptor.name == "latencyd_gpu_process_remote_cpus_ratio"
        }
        #expect(family?.samples.count == 2 * 256)
        #expect(family?.samples.last?.labels == ["gpu": "1", "pid": "256"])
    }

    @Test("MIG instances carry their ids, and what MIG does not tell is absent")
    func divided() throws {
        let pass = try pass(
            FakeGPUs(name: "", taken: GPUSnapshot(driver: FakeGPUs.driver(), devices: [FakeGPUs.divided])))
        let first: LabelSet = ["gpu": "3", "gpu_instance": "1", "compute_instance": "0"]
        #expect(value(pass, "latencyd_gpu_memory_bytes", first.adding([Label("kind", "used")])) == 10)
        #expect(
            value(
                pass, "latencyd_gpu_process_memory_bytes",
                ["gpu": "3", "gpu_instance": "9", "compute_instance": "2", "pid": "51"]) == 7)
        #expect(value(pass, "latencyd_gpu_xid", first.adding([Label("xid", "43")])) == 1)
        #expect(
            value(pass, "latencyd_gpu_activity_ratio", ["gpu": "3", "gpu_instance": "1", "unit": "sm"]) == 0.5)
        #expect(!pass.families.contains { $0.descriptor.name.hasPrefix("latencyd_gpu_utilization") })
    }
}
