import Collectors
import Platform
import Telemetry
import Testing

/// What every collector in the catalogue must do, on every fixture tree.
@Suite("Every collector")
struct CollectorConformanceTests {
    /// What a file may hold that is never right.
    private static let garbage: [[UInt8]] = {
        var random = SeededRandom(seed: 20_240_229)
        let nines = [UInt8](repeating: UInt8(ascii: "9"), count: HostFileLimits.fileBytes + 1)
        var garbage = [[], Array("\n".utf8), Array("\0".utf8), Array(nines.dropLast()), nines]
        for round in 0..<8 {
            // 0xff is no part of UTF-8: whatever follows it, this is no text.
            var noise: [UInt8] = [0xff]
            for _ in 0..<(1 << round) { noise.append(UInt8(truncatingIfNeeded: random.next())) }
            garbage.append(noise)
        }
        return garbage
    }()

    /// Why a file that is there cannot be read. EBUSY and EOPNOTSUPP are not among them: by these the kernel may
    /// say that a device is switched off, which is no error.
    private static let failures: [HostFileError] = [
        .absent, .denied, .tryAgain, .noData, .invalid, .inputOutput, .wrongType, .other(errno: 24),
    ]

    @Test("has an id that can be a configuration key, and no other collector has it")
    func ids() {
        let ids = HardwareCollectors.ids
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(id.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(id)")
        }
    }

    @Test("has an interval that can be configured", arguments: HardwareCollectors.all)
    func interval(of collector: any Collector.Type) {
        #expect(HardwareSettings.intervals.contains(collector.defaultInterval))
    }

    @Test("declares valid families", arguments: HardwareCollectors.all)
    func descriptors(of collector: any Collector.Type) {
        #expect(!collector.descriptors.isEmpty)
        for descriptor in collector.descriptors {
            expectValid(descriptor)
        }
    }

    @Test("shares no family with another, nor with the families about collectors")
    func families() {
        let names = (HardwareCollectors.all.flatMap { $0.descriptors } + CollectorRunner.descriptors).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("takes a host that has nothing for it as no failure", arguments: HardwareCollectors.all)
    func nothing(for collector: any Collector.Type) {
        let pass = CollectorPass(of: collector, on: InMemoryHostFiles())
        #expect(pass.succeeded)
        #expect(pass.errorCount == 0)
        #expect(pass.families.isEmpty)
    }

    @Test(
        "gives samples of each of its families in some fixture tree, or with some GPUs",
        arguments: HardwareCollectors.all)
    func coverage(of type: any Collector.Type) throws {
        var given: Set<SampleKey> = []
        for tree in FixtureTree.all {
            var collector = type.init()
            given.formUnion(
                CollectorPass(
                    of: &collector, declared: type.descriptors, on: try tree.files(), wakeups: FixedWakeups(),
                    stalls: FixedStalls.counts
                )
                .values.keys)
            // What is told from the difference of two passes is there in the second.
            given.formUnion(CollectorPass(of: &collector, declared: type.descriptors, on: try tree.later()).values.keys)
        }
        for gpus in FakeGPUs.all {
            given.formUnion(CollectorPass(of: type, on: FakeGPUs.files, gpus: gpus).values.keys)
        }
        for descriptor in type.descriptors {
            #expect(given.contains { $0.family == descriptor.name }, "\(descriptor.name) is nowhere")
        }
    }

    @Test("gives only what can be exposed", arguments: HardwareCollectors.all, FixtureTree.all)
    func samples(of collector: any Collector.Type, on tree: FixtureTree) throws {
        let pass = CollectorPass(
            of: collector, on: try tree.files(), wakeups: FixedWakeups(),
            stalls: FixedStalls.counts)
        #expect(pass.succeeded)
        for family in pass.families {
            #expect(collector.descriptors.contains(family.descriptor))
            #expect(Set(family.samples.map(\.labels)).count == family.samples.count)
            for sample in family.samples { expectValid(sample, of: family.descriptor) }
        }
    }

    @Test("gives only what can be exposed, with any GPUs", arguments: HardwareCollectors.all, FakeGPUs.all)
    func samples(of type: any Collector.Type, with gpus: FakeGPUs) {
        var collector = type.init()
        let first = CollectorPass(of: &collector, declared: type.descriptors, on: FakeGPUs.files, gpus: gpus)
        let second = CollectorPass(of: &collector, declared: type.descriptors, on: FakeGPUs.files, gpus: gpus)
        #expect(first.succeeded)
        #expect(first.errorCount == 0)
        #expect(first.families == second.families)
        for family in first.families {
            for sample in family.samples { expectValid(sample, of: family.descriptor) }
        }
    }

    @Test("gives the same labels again, and counters never fall", arguments: HardwareCollectors.all, FixtureTree.all)
    func again(_ type: any Collector.Type, on tree: FixtureTree) throws {
        let files = try tree.files()
        var collector = type.init()
        let first = CollectorPass(of: &collector, declared: type.descriptors, on: files)
        let second = CollectorPass(of: &collector, declared: type.descriptors, on: files)
        #expect(first.families.map { $0.samples.map(\.labels) } == second.families.map { $0.samples.map(\.labels) })
        #expect(first.errorCount == second.errorCount)
        for family in first.families where family.descriptor.kind == .counter {
            for sample in family.samples {
                let key = SampleKey(family: family.descriptor.name, labels: sample.labels)
                guard case .number(let before) = sample.value, case .number(let after) = second.values[key] else {
                    Issue.record("\(key) is no counter")
                    continue
                }
                #expect(after >= before)
            }
        }
    }

    @Test("survives that no file can be read", arguments: HardwareCollectors.all, FixtureTree.all)
    func unreadable(_ collector: any Collector.Type, on tree: FixtureTree) throws {
        let healthy = try tree.inMemory()
        let recorder = RecordingHostFiles(healthy)
        // What was found before the files became unreadable.
        let watched = Watched.everything(in: healthy)
        let hasSamples = !CollectorPass(of: collector, on: recorder, watched: watched).families.isEmpty
        for error in Self.failures + [.busy, .notSupported] {
            var files = healthy
            for path in healthy.paths { files.fail(path, with: error) }
            let pass = CollectorPass(of: collector, on: files, watched: watched)
            #expect(pass.families.isEmpty, "\(error)")
            // Whoever reads files of fixed names cannot tell one that vanished from one that the kernel lacks.
            let isNothing = error == .absent && !recorder.hasListed
            if hasSamples, Self.failures.contains(error), !isNothing { #expect(pass.errorCount > 0, "\(error)") }
        }
    }

    @Test("survives that every file is garbage", arguments: HardwareCollectors.all, FixtureTree.all)
    func garbled(_ collector: any Collector.Type, on tree: FixtureTree) throws {
        let healthy = try tree.inMemory()
        // What was found before the files became unreadable.
        let watched = Watched.everything(in: healthy)
        let hasSamples = !CollectorPass(of: collector, on: healthy).families.isEmpty
        for content in Self.garbage {
            var files = healthy
            for path in healthy.paths { files.write(content, to: path) }
            let pass = CollectorPass(of: collector, on: files, watched: watched)
            #expect(pass.families.isEmpty, "\(content.prefix(8))")
            // A cgroup that read and wrote nothing has an empty file.
            let isRight = content.isEmpty && collector.id == "cgroup_io"
            #expect(!hasSamples || isRight || pass.errorCount > 0, "\(content.prefix(8))")
        }
    }

    @Test("a file that fails touches nothing but its own samples", arguments: HardwareCollectors.all, FixtureTree.all)
    func oneFile(_ collector: any Collector.Type, on tree: FixtureTree) throws {
        let healthy = try tree.inMemory()
        let recorder = RecordingHostFiles(healthy)
        let watched = Watched.everything(in: healthy)
        let before = CollectorPass(of: collector, on: recorder, watched: watched)
        for path in recorder.read {
            for isGarbled in [false, true] {
                var files = healthy
                if isGarbled { files.write([0xff], to: path) } else { files.fail(path, with: .inputOutput) }
                let after = CollectorPass(of: collector, on: files, watched: watched)
                #expect(after.succeeded, "\(path)")
                #expect(after.values.allSatisfy { before.values[$0.key] == $0.value }, "\(path)")
                if after.values.count < before.values.count { #expect(after.errorCount > 0, "\(path)") }
            }
        }
    }

    @Test("says so when its folders cannot be listed", arguments: HardwareCollectors.all, FixtureTree.all)
    func unlistable(_ collector: any Collector.Type, on tree: FixtureTree) throws {
        let healthy = try tree.inMemory()
        var files = healthy
        for folder in healthy.folderPaths { files.failListing(folder, with: .denied) }
        let before = CollectorPass(of: collector, on: healthy)
        let after = CollectorPass(of: collector, on: files, watched: Watched.everything(in: healthy))
        // A collector that lists no folder is not hurt.
        let isSaid = !after.succeeded || after.errorCount > before.errorCount
        #expect(isSaid || before.families.isEmpty || after.values == before.values)
    }

    private func expectValid(_ descriptor: MetricDescriptor) {
        let name = descriptor.name
        #expect(name.wholeMatch(of: /latencyd_[a-z][a-z0-9_]*/) != nil, "\(name)")
        #expect(descriptor.unit == .none || name.hasSuffix("_" + descriptor.unit.suffix), "\(name)")
        // These endings belong to the samples of counters and histograms.
        for ending in ["_total", "_count", "_sum", "_bucket", "_created"] {
            #expect(!name.hasSuffix(ending), "\(name)")
        }
        #expect(descriptor.help.hasSuffix("."), "\(name)")
        #expect(!descriptor.help.contains("\n"), "\(name)")
    }

    private func expectValid(_ sample: Sample, of descriptor: MetricDescriptor) {
        switch sample.value {
        case .number(let value):
            #expect(descriptor.kind != .histogram, "\(descriptor.name)")
            #expect(value.isFinite, "\(descriptor.name)")
            #expect(descriptor.kind != .counter || value >= 0, "\(descriptor.name)")
        case .histogram(let histogram):
            #expect(descriptor.kind == .histogram, "\(descriptor.name)")
            expectValid(histogram, descriptor.name)
        }
        for label in sample.labels.labels {
            #expect(label.name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(label.name)")
            #expect(!["le", "quantile", "timing", "statistic", "collector"].contains(label.name), "\(label.name)")
            #expect(!label.value.isEmpty, "\(descriptor.name) \(label.name)")
        }
    }

    private func expectValid(_ histogram: HistogramSnapshot, _ name: String) {
        let (exponential, bounds) = (histogram.exponential, histogram.classicBounds)
        #expect(exponential.sum.isFinite && exponential.sum >= 0, "\(name)")
        #expect(histogram.classicCounts.count == bounds.count + 1, "\(name)")
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(name)")
        #expect(histogram.classicCounts.reduce(0, +) == exponential.count, "\(name)")
        #expect(exponential.buckets.reduce(exponential.zeroCount, +) == exponential.count, "\(name)")
    }
}

/// SplitMix64: the same numbers on every run.
struct SeededRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
