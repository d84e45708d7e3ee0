import Collectors
import Glibc
import Platform
import Telemetry
import Testing

@Suite("This host")
struct RealHostTests {
    @Test("can be collected, whatever it has", arguments: HardwareCollectors.all)
    func collected(_ type: any Collector.Type) {
        var collector = type.init()
        let first = CollectorPass(of: &collector, declared: type.descriptors, on: SystemHostFiles())
        let second = CollectorPass(of: &collector, declared: type.descriptors, on: SystemHostFiles())
        for family in first.families where family.descriptor.kind == .counter {
            for sample in family.samples {
                let key = SampleKey(family: family.descriptor.name, labels: sample.labels)
                guard case .number(let before) = sample.value, case .number(let after) = second.values[key] else {
                    continue
                }
                #expect(after >= before, "\(key)")
            }
        }
    }

    @Test("gives its pressure where the kernel has it")
    func pressure() throws {
        // Opening says less than reading: a kernel with psi=0 opens these files and refuses to read them.
        guard let file = fopen("/proc/pressure/cpu", "r") else { return }
        defer { fclose(file) }
        guard fgetc(file) != EOF else { return }
        let pressure = try #require(HardwareCollectors.all.first { $0.id == "pressure" })
        let given = CollectorPass(of: pressure, on: SystemHostFiles()).values
        #expect(
            given[SampleKey(family: "latencyd_pressure_seconds", labels: ["resource": "cpu", "kind": "some"])] != nil)
    }
}
