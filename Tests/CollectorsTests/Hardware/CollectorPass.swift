import Platform
import Telemetry

@testable import Collectors

/// What one pass of a collector gave.
struct CollectorPass {
    /// False when the collector as a whole failed.
    let succeeded: Bool
    let errorCount: UInt64
    let families: [MetricFamily]

    /// A new collector's first pass on `files`.
    ///
    /// - Parameter watched: nil: all that there is in `files`.
    init(
        of type: any Collector.Type, on files: any HostFiles, watched: Watched? = nil,
        wakeups: any WakeupSource = NoWakeups(), gpus: any GPUSource = NoGPUs(),
        stalls: [PressureStallCount] = []
    ) {
        var collector = type.init()
        self.init(
            of: &collector, declared: type.descriptors, on: files, watched: watched, wakeups: wakeups, gpus: gpus,
            stalls: stalls)
    }

    /// The next pass of `collector`.
    init(
        of collector: inout any Collector, declared: [MetricDescriptor], on files: any HostFiles,
        watched: Watched? = nil, wakeups: any WakeupSource = NoWakeups(), gpus: any GPUSource = NoGPUs(),
        stalls: [PressureStallCount] = []
    ) {
        let host = CollectorHost(
            files: files, watched: watched ?? Watched.everything(in: files), wakeups: wakeups, gpus: gpus,
            stalls: stalls)
        var sampling = Sampling(host: host, descriptors: declared)
        var succeeded = true
        do {
            try collector.collect(&sampling)
        } catch {
            succeeded = false
        }
        self.succeeded = succeeded
        errorCount = sampling.errorCount
        families = sampling.families
    }

    /// Every sample, its family's name and labels as the key.
    var values: [SampleKey: SampleValue] {
        let samples = families.flatMap { family in
            family.samples.map { (SampleKey(family: family.descriptor.name, labels: $0.labels), $0.value) }
        }
        return Dictionary(uniqueKeysWithValues: samples)
    }
}

struct SampleKey: Hashable {
    let family: String
    let labels: LabelSet
}

/// Remembers which files were read, and whether a folder was listed.
// Safe because one test owns it and runs on one thread.
final class RecordingHostFiles: HostFiles, @unchecked Sendable {
    private(set) var read: Set<HostPath> = []
    private(set) var hasListed = false
    private let files: InMemoryHostFiles

    init(_ files: InMemoryHostFiles) { self.files = files }

    func read(_ path: HostPath, limitBytes: Int, keepsOpen: Bool) throws(HostFileError) -> [UInt8] {
        read.insert(path)
        return try files.read(path, limitBytes: limitBytes, keepsOpen: keepsOpen)
    }

    func list(_ folder: HostPath) throws(HostFileError) -> [String] {
        hasListed = true
        return try files.list(folder)
    }

    func linkTarget(_ path: HostPath) throws(HostFileError) -> String { try files.linkTarget(path) }
}

extension Watched {
    /// All processes and cgroups of a host.
    static func everything(in files: any HostFiles) -> Watched {
        guard let all = try? Glob("*") else { return Watched() }
        var roster = WatchRoster(WatchSettings(rules: [WatchRule(.process, all), WatchRule(.cgroup, all)]))
        _ = roster.scan(files, pushers: { [] }, at: .zero)
        return roster.watched
    }
}

/// Three wake-ups as if they had been measured.
struct FixedWakeups: WakeupSource {
    func reading() -> WakeupReading? {
        var reading = WakeupReading(createdSeconds: 1_700_000_000)
        for seconds in [0.000_04, 0.000_06, 0.012] { reading.latency.record(seconds) }
        reading.missed = 1
        return reading
    }
}

/// Stalls of a host that was watched for a while.
enum FixedStalls {
    static let counts: [PressureStallCount] = {
        var seen = PressureStallCount(["resource": "io", "kind": "some"], createdSeconds: 1_700_000_000)
        seen.count = 3
        seen.lastSeenSeconds = 1_700_000_100
        return [PressureStallCount(["resource": "cpu", "kind": "some"], createdSeconds: 1_700_000_000), seen]
    }()
}
