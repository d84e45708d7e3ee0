import Collectors
import Glibc
import Platform
import Telemetry
import TestSupport
import Testing

@Suite("GPUs on the page")
struct NVIDIACollectorTests {
    private func pass(_ gpus: FakeGPUs) throws -> CollectorPass {
        let type = try #require(HardwareCollectors.all.first { $0.id == "nvidia" })
        return CollectorPass(of: type, on: InMemoryHostFiles(), gpus: gpus)
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
