import Platform
import Telemetry

/// Energy that CPU packages and their parts used, from `/sys/class/powercap`.
///
/// Only root may read it unless a rule for systemd-tmpfiles says otherwise, since it tells what other users compute.
/// Source: Documentation/power/powercap/powercap.rst of the kernel.
struct RAPLCollector: Collector {
    static let id = "rapl"
    // A CPU of the package is interrupted to read its register.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [energy]

    private static let energy = MetricDescriptor(
        .counter, "latencyd_rapl_energy_joules", unit: MetricUnit("joules"),
        help: "Energy that a CPU package, or a part of it, used.")

    private static let folder = HostPath.sysfs("class/powercap")

    private var zones = Discovery<[RAPLZone]>()
    private var counters: [HostPath: RAPLCounter] = [:]

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for zone in try zones(&sampling, find: Self.zones) {
            guard
                let reading = sampling.read(
                    zone.energy, { RAPLText.microjoules($0, highest: zone.highestMicrojoules) })
            else { continue }
            var counter = counters[zone.energy] ?? RAPLCounter(reading)
            counter.advance(to: reading, highest: zone.highestMicrojoules)
            counters[zone.energy] = counter
            sampling.add(Self.energy, zone.labels, Double(counter.total) / 1e6)
        }
    }

    private static func zones(_ sampling: inout Sampling) throws(CollectorError) -> [RAPLZone] {
        // intel-rapl-mmio, beside it, counts the same energy again.
        let names = try sampling.names(in: folder).filter { $0.hasPrefix("intel-rapl:") }.sorted()
        var zones: [RAPLZone] = []
        for name in names {
            if let zone = RAPLZone(folder / name, &sampling) { zones.append(zone) }
        }
        return zones
    }
}

/// A package, or a part of one, as it was found.
private struct RAPLZone {
    let energy: HostPath
    let highestMicrojoules: UInt64
    let labels: LabelSet

    /// nil when it may not be read: that is found out once a minute, not met in every pass.
    init?(_ zone: HostPath, _ sampling: inout Sampling) {
        guard let name = sampling.read(zone / "name", KernelText.word),
            let highest = sampling.read(zone / "max_energy_range_uj", RAPLText.highest),
            sampling.read(zone / "energy_uj", { RAPLText.microjoules($0, highest: highest) }) != nil
        else { return nil }
        energy = zone / "energy_uj"
        highestMicrojoules = highest
        guard let parent = RAPLText.parent(of: zone.name) else {
            labels = RAPLText.labels(of: name)
            return
        }
        // A part's name, such as "dram", does not say of which package.
        guard let package = sampling.read(HostPath.sysfs("class/powercap") / parent / "name", KernelText.word) else {
            return nil
        }
        labels = RAPLText.labels(of: name, in: package)
    }
}

/// A count of microjoules that starts at 0 again after the highest one.
struct RAPLCounter: Sendable {
    private(set) var total: UInt64
    private var reading: UInt64

    init(_ reading: UInt64) {
        total = reading
        self.reading = reading
    }

    mutating func advance(to next: UInt64, highest: UInt64) {
        // A fall by less than half the range is no wrap: the count was set back (suspend, a driver loaded anew).
        let step = next >= reading ? next - reading : (highest &- reading) &+ next
        if next >= reading || step <= highest / 2 { total &+= step }
        reading = next
    }
}

/// What stands in the files of `/sys/class/powercap`, and in their names.
enum RAPLText {
    /// The highest count: 2^32 units of at most some joules, exact as a Double.
    static func highest(_ content: [UInt8]) -> UInt64? {
        KernelText.integer(content, in: 1...(1 << 53)).map { UInt64($0) }
    }

    static func microjoules(_ content: [UInt8], highest: UInt64) -> UInt64? {
        KernelText.integer(content, in: 0...Int64(highest)).map { UInt64($0) }
    }

    /// `intel-rapl:0` for its part `intel-rapl:0:1`; nil for a package.
    static func parent(of zone: String) -> String? {
        let parts = zone.split(separator: ":")
        return parts.count > 2 ? parts.dropLast().joined(separator: ":") : nil
    }

    /// `package-1` is the domain "package" of package 1, `package-1-die-0` that of one of its dies; `psys` is the
    /// whole platform and in no package.
    static func labels(of name: String, in parent: String? = nil) -> LabelSet {
        let prefix = "package-"
        if let parent {
            let package = parent.hasPrefix(prefix) ? String(parent.dropFirst(prefix.count)) : parent
            return LabelSet([Label("domain", name)] + (package.isEmpty ? [] : [Label("package", package)]))
        }
        guard name.hasPrefix(prefix), name.count > prefix.count else { return ["domain": name] }
        return ["domain": "package", "package": String(name.dropFirst(prefix.count))]
    }
}
