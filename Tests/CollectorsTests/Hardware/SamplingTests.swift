import Platform
import Telemetry
import Testing

@testable import Collectors

@Suite("A collector's pass")
struct SamplingTests {
    private static let gauge = MetricDescriptor(.gauge, "latencyd_probe", help: "A probe.")
    private static let counter = MetricDescriptor(.counter, "latencyd_probes", help: "Probes.")
    private let file = HostPath.sysfs("probe0/value")

    private func sampling(_ files: InMemoryHostFiles = InMemoryHostFiles()) -> Sampling {
        Sampling(host: CollectorHost(files: files), descriptors: [Self.gauge, Self.counter])
    }

    private func parse(_ content: [UInt8]) -> Int64? { KernelText.integer(content, in: 0...100) }

    @Test("families come in the order in which they were declared, without empty ones")
    func order() {
        var sampling = sampling()
        #expect(sampling.families.isEmpty)
        sampling.add(Self.counter, [:], 2)
        sampling.add(Self.gauge, ["probe": "b"], -1)
        sampling.add(Self.gauge, ["probe": "a"], 0)
        #expect(
            sampling.families == [
                MetricFamily(Self.gauge, [Sample(["probe": "b"], -1), Sample(["probe": "a"], 0)]),
                MetricFamily(Self.counter, [Sample([:], 2)]),
            ])
        #expect(sampling.errorCount == 0)
    }

    @Test(
        "a sample that would break the page is left out and counted",
        arguments: [
            (gauge, Double.nan, .notFinite), (gauge, .infinity, .notFinite), (counter, -1, .negativeCounter),
            (MetricDescriptor(.gauge, "latencyd_stranger", help: "Unknown."), 1, .undeclared),
            (MetricDescriptor(.counter, "latencyd_probe", help: "A probe."), 1, .undeclared),
        ] as [(MetricDescriptor, Double, CollectorError.Refusal)])
    func refused(descriptor: MetricDescriptor, value: Double, refusal: CollectorError.Refusal) {
        var sampling = sampling()
        sampling.add(descriptor, [:], value)
        #expect(sampling.families.isEmpty)
        #expect(sampling.errors == [.refused(family: descriptor.name, refusal)])
        #expect(sampling.errorCount == 1)
    }

    @Test("a histogram is taken by a family of histograms only, and a number by the others only")
    func histograms() {
        let family = MetricDescriptor(.histogram, "latencyd_probe_seconds", unit: .seconds, help: "Probes.")
        var histogram = DualHistogram(.seconds)
        histogram.record(0.5)
        var sampling = Sampling(
            host: CollectorHost(files: InMemoryHostFiles()), descriptors: [Self.gauge, family])
        sampling.add(family, [:], 1)
        sampling.add(Self.gauge, [:], histogram.snapshot, createdSeconds: 3)
        #expect(
            sampling.errors == [
                .refused(family: "latencyd_probe_seconds", .wrongKind), .refused(family: "latencyd_probe", .wrongKind),
            ])
        sampling.add(family, [:], histogram.snapshot, createdSeconds: 3)
        sampling.add(family, [:], histogram.snapshot, createdSeconds: .nan)
        #expect(
            sampling.families
                == [MetricFamily(family, [Sample([:], .histogram(histogram.snapshot), createdSeconds: 3)])])
        #expect(sampling.errorCount == 3)
    }

    @Test("of two samples with the same labels the first one stays")
    func repeated() {
        var sampling = sampling()
        sampling.add(Self.gauge, ["probe": "a"], 1)
        sampling.add(Self.gauge, ["probe": "a"], 2)
        #expect(sampling.families == [MetricFamily(Self.gauge, [Sample(["probe": "a"], 1)])])
        #expect(sampling.errors == [.refused(family: "latencyd_probe", .repeated)])
    }

    @Test("there is a limit of samples")
    func limit() {
        var sampling = sampling()
        for number in 0..<(Sampling.samplesMax + 3) { sampling.add(Self.gauge, ["probe": "\(number)"], 0) }
        #expect(sampling.families.first?.samples.count == Sampling.samplesMax)
        #expect(sampling.errorCount == 3)
    }

    @Test("a file that is read well gives its value and no error")
    func read() {
        var files = InMemoryHostFiles()
        files.write("42\n", to: file)
        var sampling = sampling(files)
        #expect(sampling.read(file, parse) == 42)
        #expect(sampling.errorCount == 0)
    }

    @Test("a file that is missing, unreadable or garbled is counted, each kind remembered once")
    func errors() {
        var files = InMemoryHostFiles()
        files.write("400\n", to: file)
        files.fail(.sysfs("probe1/value"), with: .inputOutput)
        var sampling = sampling(files)
        for number in 0..<3 { #expect(sampling.read(.sysfs("probe\(number)/value"), parse) == nil) }
        #expect(sampling.read(.sysfs("probe3/value"), parse) == nil)
        #expect(sampling.errorCount == 4)
        #expect(
            sampling.errors == [
                .garbled(file, found: "400"), .unreadable(.sysfs("probe1/value"), .inputOutput),
                .unreadable(.sysfs("probe2/value"), .absent),
            ])
    }

    @Test("a tolerated failure is not counted, garbage in the same file is")
    func tolerated() {
        var files = InMemoryHostFiles()
        files.fail(file, with: .busy)
        var sampling = sampling(files)
        #expect(sampling.read(file, unless: [.busy, .absent], parse) == nil)
        #expect(sampling.read(.sysfs("none"), unless: [.busy, .absent], parse) == nil)
        #expect(sampling.errorCount == 0)
        #expect(sampling.read(file, unless: [.absent], parse) == nil)
        #expect(sampling.errorCount == 1)
    }

    @Test("a folder that is not there is empty, one that cannot be listed is thrown")
    func folders() throws {
        var files = InMemoryHostFiles()
        files.failListing(.sysfs("secret"), with: .denied)
        var sampling = sampling(files)
        #expect(try sampling.names(in: .sysfs("none")).isEmpty)
        #expect(throws: CollectorError.unreadable(.sysfs("secret"), .denied)) {
            try sampling.names(in: .sysfs("secret"))
        }
        #expect(sampling.errorCount == 0)
        #expect(sampling.entriesOrNone(in: .sysfs("secret"), prefix: "zone").isEmpty)
        #expect(sampling.errorCount == 1)
    }

    @Test("kinds of errors that are remembered are limited")
    func kinds() {
        var sampling = sampling()
        for letter in "abcdefghijklmnopqrstuvwxyz" { _ = sampling.read(.sysfs("probe/\(letter)"), parse) }
        #expect(sampling.errorCount == 26)
        #expect(sampling.errors.count == Sampling.errorKindsMax)
    }

    @Test("a label set is refused the second time, whatever the pass before gave")
    func repeatedLater() {
        var sampling = sampling()
        func pass(_ probes: [String]) -> [String] {
            sampling.begin(on: sampling.host, looksAnew: false)
            for probe in probes { sampling.add(Self.gauge, ["probe": probe], 1) }
            return sampling.families.flatMap(\.samples).compactMap { $0.labels["probe"] }
        }
        #expect(pass(["a", "b", "c"]) == ["a", "b", "c"])
        #expect(pass(["a", "b", "c"]) == ["a", "b", "c"])
        #expect(pass(["a", "c", "b"]) == ["a", "c", "b"])
        #expect(pass(["a", "a", "b"]) == ["a", "b"])
        #expect(sampling.errors == [.refused(family: "latencyd_probe", .repeated)])
        #expect(pass(["b", "c", "b", "c"]) == ["b", "c"])
        #expect(sampling.errorCount == 2)
        #expect(pass([]).isEmpty)
        #expect(sampling.errorCount == 0)
    }

    @Test("what was found is kept until a pass looks anew, and found again after a failure")
    func discovery() {
        var sampling = sampling()
        var discovery = Discovery<Int>()
        var findings = 0
        func pass(looksAnew: Bool, fails: Bool = false) -> Int? {
            sampling.begin(on: sampling.host, looksAnew: looksAnew)
            return try? discovery(&sampling) { sampling throws(CollectorError) in
                findings += 1
                if fails { throw .source(operation: "probe", message: "lost") }
                _ = sampling.read(file, parse)
                return findings
            }
        }
        #expect(pass(looksAnew: true) == 1)
        #expect(sampling.findingErrorCount == 1 && sampling.errorCount == 1)
        #expect(pass(looksAnew: false) == 1)
        #expect(sampling.errorCount == 0)
        #expect(pass(looksAnew: true, fails: true) == nil)
        #expect(pass(looksAnew: false) == 3)
        #expect(pass(looksAnew: true) == 4)
    }
}
