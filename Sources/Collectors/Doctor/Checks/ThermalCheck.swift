import Platform

/// Heat that slows CPUs down, or is about to.
enum ThermalCheck: HostCheck {
    static let id = "thermal"
    static let title = "Temperatures"

    /// Degrees below a trip point at which it counts as near.
    static let headroomCelsius = 5.0

    private static let cpus = HostPath.sysfs("devices/system/cpu")
    private static let counters = ["core_throttle_count", "package_throttle_count"]

    static func sampledPaths(on host: DoctorHost) -> [HostPath] {
        let names = (try? host.files.list(cpus)) ?? []
        return NumberedEntry.all(in: cpus, names: names, prefix: "cpu", suffix: "").flatMap { cpu in
            counters.map { cpu.path / "thermal_throttle" / $0 }
        }
    }

    static func examine(_ examination: inout Examination) {
        let zones = examination.entries(in: .sysfs("class/thermal"), prefix: "thermal_zone")
        for zone in zones { check(zone, &examination) }
        throttling(&examination)
        if zones.isEmpty, examination.findings.isEmpty {
            examination.doesNotApply("no thermal zones")
        }
    }

    private static func check(_ zone: NumberedEntry, _ examination: inout Examination) {
        guard let celsius = temperature(zone.path / "temp", &examination) else { return }
        let type = examination.read(zone.path / "type", CheckText.line) ?? "zone \(zone.number)"
        for trip in examination.entries(in: zone.path, prefix: "trip_point_", suffix: "_temp") {
            guard let kind = examination.read(zone.path / "trip_point_\(trip.number)_type", CheckText.line),
                ["passive", "hot", "critical"].contains(kind), let limit = temperature(trip.path, &examination),
                limit > 0,
                celsius >= limit - headroomCelsius
            else { continue }
            let isOver = celsius >= limit
            examination.find(
                isOver || kind != "passive" ? .critical : .warning,
                isOver ? "\(type) is being throttled by heat" : "\(type) is about to be throttled by heat",
                evidence: [
                    "\(CheckText.tenths(celsius)) °C, the \(kind) trip point is at \(CheckText.tenths(limit)) °C"
                ],
                why: "hot chips are clocked down until they cool, again and again",
                remedy: [
                    "look after fans, filters and the temperature of the room; sensors shows all of them"
                ])
            return
        }
        examination.isGood("\(type) \(CheckText.tenths(celsius)) °C")
    }

    private static func temperature(_ path: HostPath, _ examination: inout Examination) -> Double? {
        examination.read(path) { CheckText.number($0).map { Double($0) / 1000 } }
    }

    private static func throttling(_ examination: inout Examination) {
        var grown: [Int] = []
        var ever: Int64 = 0
        for cpu in examination.entries(in: cpus, prefix: "cpu") {
            for counter in counters {
                let path = cpu.path / "thermal_throttle" / counter
                guard let now = examination.read(path, CheckText.number) else { continue }
                ever = max(ever, now)
                if let before = examination.readTwice(path, CheckText.number)?.before, now > before {
                    grown.append(cpu.number)
                }
            }
        }
        if !grown.isEmpty {
            examination.find(
                .critical, "CPUs are being throttled by heat",
                evidence: ["CPUs \(CPUList.text(Set(grown))), during this check"],
                why: "hot chips are clocked down until they cool, again and again",
                remedy: ["look after fans, filters and the temperature of the room"])
        } else if ever > 0 {
            examination.find(
                .info, "CPUs were throttled by heat since the boot",
                evidence: ["up to \(ever) times, none during this check"],
                why: "under load it will happen again",
                remedy: ["watch latencyd_cpu_throttle_seconds_total"])
        }
    }
}
