import Platform
import Telemetry

/// Pressure stall information of the host and of watched cgroups: how long tasks waited for CPU, memory, I/O or
/// interrupts, from `/proc/pressure` and the `*.pressure` files of cgroups.
///
/// Source: Documentation/accounting/psi.rst of the kernel.
struct PressureCollector: Collector {
    static let id = "pressure"
    static let defaultInterval = Duration.seconds(1)
    static let descriptors = [stalled]

    private static let stalled = MetricDescriptor(
        .counter, "latencyd_pressure_seconds", unit: .seconds,
        help:
            "Time in which some, or all (full), runnable tasks of the host, or of a watched cgroup, waited for a resource."
    )

    private static let folder = HostPath.procfs("pressure")
    // Kernels before 6.1, and those that do not account interrupt time, have no irq.
    private static let resources = ["cpu", "io", "irq", "memory"]

    private var cgroups = WatchDiscovery<[CgroupPressure]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
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

    /// Lines like `some avg10=0.00 avg60=0.12 avg300=0.05 total=20145341`, each kind at most once.
    static func stalls(_ content: [UInt8]) -> [Stall]? {
        guard let text = String(validating: content, as: UTF8.self), text.hasSuffix("\n") else { return nil }
        let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
        guard (1...2).contains(lines.count) else { return nil }
        let stalls = lines.compactMap(stall)
        guard stalls.count == lines.count, stalls.count == 1 || stalls[0].kind != stalls[1].kind else { return nil }
        return stalls
    }

    private static func stall(_ line: Substring) -> Stall? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 5, let kind = Kind(rawValue: String(fields[0])),
            fields[1].hasPrefix("avg10="), fields[2].hasPrefix("avg60="), fields[3].hasPrefix("avg300="),
            fields[4].hasPrefix("total="),
            let total = KernelText.decimal(fields[4].utf8.dropFirst(6), in: 0...totalMicrosecondsMax)
        else { return nil }
        return Stall(kind: kind, seconds: Double(total) / 1e6)
    }
}
