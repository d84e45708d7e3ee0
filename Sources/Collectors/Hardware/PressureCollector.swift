import Platform
import Telemetry

/// Pressure stall information of the host and of watched cgroups: how long tasks waited for CPU, memory, I/O or
/// interrupts, from `/proc/pressure` and the `*.pressure` files of cgroups.
///
/// Source: Documentation/accounting/psi.rst of the kernel.
struct PressureCollector: Collector {
    static let id = "pressure"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [stalled, stalls, lastStall]

    private static let stalled = MetricDescriptor(
        .counter, "latencyd_pressure_seconds", unit: .seconds,
        help:
            "Time in which some, or all (full), runnable tasks of the host, or of a watched cgroup, waited for a resource."
    )

    private static let stalls = MetricDescriptor(
        .counter, "latencyd_pressure_stalls",
        help:
            "Windows of 2 s in which tasks of the host, or of a watched cgroup, waited for a resource for 0.15 s or more."
    )
    private static let lastStall = MetricDescriptor(
        .gauge, "latencyd_pressure_stall_last_seen_timestamp_seconds", unit: .seconds,
        help: "When such a window was last seen, Unix time.")

    private static let folder = HostPath.procfs("pressure")
    // Kernels before 6.1, and those that do not account interrupt time, have no irq.
    private static let resources = ["cpu", "io", "irq", "memory"]

    private var cgroups = WatchDiscovery<[CgroupPressure]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        addStalls(&sampling)
        try collectHost(&sampling)
        let cgroups = try cgroups(&sampling) { sampling, watched throws(CollectorError) in
            watched.cgroups.flatMap { Self.pressures(of: $0, &sampling) }
        }
        for pressure in cgroups {
            // So says a cgroup whose cgroup.pressure is 0.
            let stalls = sampling.read(
                pressure.file, of: pressure.folder, unless: [.notSupported], PressureText.stalls)
            for stall in stalls ?? [] {
                sampling.add(Self.stalled, stall.kind == .some ? pressure.some : pressure.full, stall.seconds)
            }
        }
    }

    /// They are told by the kernel as they happen; a pass only takes what there is.
    private func addStalls(_ sampling: inout Sampling) {
        let counts = sampling.host.stalls
        for stall in counts {
            sampling.add(Self.stalls, stall.labels, Double(stall.count), createdSeconds: stall.createdSeconds)
        }
        for stall in counts {
            if let seconds = stall.lastSeenSeconds { sampling.add(Self.lastStall, stall.labels, seconds) }
        }
    }

    private static func pressures(of cgroup: WatchedCgroup, _ sampling: inout Sampling) -> [CgroupPressure] {
        guard let folder = cgroup.folders[.unified] else { return [] }
        let names = sampling.namesOrNone(in: folder)
        return resources.filter { names.contains($0 + ".pressure") }.map {
            CgroupPressure(cgroup.path, folder, resource: $0)
        }
    }

    private func collectHost(_ sampling: inout Sampling) throws(CollectorError) {
        let names = Set(try sampling.names(in: Self.folder))
        for resource in Self.resources where names.contains(resource) {
            // A kernel that was started with psi=0 may have the files and refuse to read them.
            let stalls = sampling.read(Self.folder / resource, unless: [.notSupported], PressureText.stalls)
            for stall in stalls ?? [] {
                sampling.add(
                    Self.stalled, ["resource": resource, "kind": stall.kind.rawValue], stall.seconds)
            }
        }
    }
}

/// The pressure file of a cgroup, and its label sets.
private struct CgroupPressure {
    let file: HostPath
    let folder: HostPath
    let some: LabelSet
    let full: LabelSet

    init(_ path: String, _ folder: HostPath, resource: String) {
        file = folder / (resource + ".pressure")
        self.folder = folder
        some = ["resource": resource, "kind": "some", "cgroup": path]
        full = ["resource": resource, "kind": "full", "cgroup": path]
    }
}

/// What stands in a pressure file, the host's or a cgroup's.
enum PressureText {
    enum Kind: String {
        case some
        case full
    }

    /// The time waited since the host, or the cgroup, started.
    struct Stall: Equatable {
        let kind: Kind
        let seconds: Double
    }

    /// Exact as a Double, and 285 years.
    private static let totalMicrosecondsMax: Int64 = 1 << 53
    private static let fieldNames = ["avg10=", "avg60=", "avg300=", "total="].map { Array($0.utf8) }

    /// Lines like `some avg10=0.00 avg60=0.12 avg300=0.05 total=20145341`, each kind at most once.
    static func stalls(_ content: [UInt8]) -> [Stall]? {
        guard content.last == UInt8(ascii: "\n") else { return nil }
        var stalls: [Stall] = []
        var begin = 0
        while begin < content.count {
            guard let end = content[begin...].firstIndex(of: UInt8(ascii: "\n")),
                let stall = stall(content[begin..<end]), stalls.count < 2, stall.kind != stalls.first?.kind
            else { return nil }
            stalls.append(stall)
            begin = end + 1
        }
        return stalls.isEmpty ? nil : stalls
    }

    private static func stall(_ line: ArraySlice<UInt8>) -> Stall? {
        let kind: Kind
        if line.starts(with: "some ".utf8) {
            kind = .some
        } else if line.starts(with: "full ".utf8) {
            kind = .full
        } else {
            return nil
        }
        var place = line.startIndex + 5
        for name in fieldNames.dropLast() {
            guard line[place...].starts(with: name), let space = line[place...].firstIndex(of: UInt8(ascii: " ")) else {
                return nil
            }
            place = space + 1
        }
        guard line[place...].starts(with: fieldNames[3]),
            let total = KernelText.decimal(line[place...].dropFirst(6), in: 0...totalMicrosecondsMax)
        else { return nil }
        return Stall(kind: kind, seconds: Double(total) / 1e6)
    }
}
