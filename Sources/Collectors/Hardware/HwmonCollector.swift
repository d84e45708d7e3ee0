import Platform
import Telemetry

/// Temperatures, fans, power and voltages of the hardware monitoring chips, from `/sys/class/hwmon`.
///
/// Source: Documentation/hwmon/sysfs-interface.rst of the kernel.
struct HwmonCollector: Collector {
    static let id = "hwmon"
    // Many chips sit behind a slow I2C bus or firmware; reading coretemp interrupts another CPU.
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [temperature, temperatureMax, temperatureCritical, fan, power, voltage]

    static let temperature = MetricDescriptor(
        .gauge, "latencyd_hwmon_temperature_celsius", unit: .celsius, help: "Temperature that a sensor measures.")
    private static let temperatureMax = MetricDescriptor(
        .gauge, "latencyd_hwmon_temperature_max_celsius", unit: .celsius,
        help: "Temperature that a sensor should not exceed.")
    private static let temperatureCritical = MetricDescriptor(
        .gauge, "latencyd_hwmon_temperature_critical_celsius", unit: .celsius,
        help: "Temperature at which the hardware protects itself: it throttles hard or switches off.")
    // Not hertz: drives, boards and people all speak of fans in turns a minute.
    static let fan = MetricDescriptor(
        .gauge, "latencyd_hwmon_fan_rpm", unit: MetricUnit("rpm"), help: "Speed of a fan in turns a minute.")
    static let power = MetricDescriptor(
        .gauge, "latencyd_hwmon_power_watts", unit: MetricUnit("watts"), help: "Power that a sensor measures.")
    static let voltage = MetricDescriptor(
        .gauge, "latencyd_hwmon_voltage_volts", unit: MetricUnit("volts"), help: "Voltage that a sensor measures.")

    private static let folder = HostPath.sysfs("class/hwmon")

    private var sensors = Discovery<[HwmonSensor]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        let sensors = try sensors(&sampling, find: Self.sensors)
        for sensor in sensors {
            let kind = sensor.kind
            // A sensor that sleeps, such as that of a drive in standby, has no value at the moment.
            if let value = sampling.read(
                sensor.path, unless: [.noData, .tryAgain], { HwmonText.value($0, in: kind.range, scale: kind.scale) })
            {
                sampling.add(kind.descriptor, sensor.labels, value)
            }
        }
        for sensor in sensors {
            if let celsius = sensor.maximum { sampling.add(Self.temperatureMax, sensor.labels, celsius) }
        }
        for sensor in sensors {
            if let celsius = sensor.critical { sampling.add(Self.temperatureCritical, sensor.labels, celsius) }
        }
    }

    private static func sensors(_ sampling: inout Sampling) throws(CollectorError) -> [HwmonSensor] {
        var sensors: [HwmonSensor] = []
        for chip in try sampling.entries(in: folder, prefix: "hwmon").compactMap({ HwmonChip($0, &sampling) }) {
            for kind in HwmonKind.all {
                sensors += chip.entries(of: kind).compactMap { HwmonSensor(kind, $0, of: chip, &sampling) }
            }
        }
        return sensors
    }
}

/// What a sensor measures, and how its value is written.
private struct HwmonKind {
    let prefix: String
    /// Endings of the files with the value; the first one that there is, is read.
    let suffixes: [String]
    let descriptor: MetricDescriptor
    let range: ClosedRange<Int64>
    /// What the unit of the file is, in base units.
    let scale: Double

    static let all = [
        HwmonKind(
            prefix: "temp", suffixes: ["_input"], descriptor: HwmonCollector.temperature,
            range: HwmonText.milliCelsius, scale: 1e3),
        // The fastest fans, of 40 mm, turn 40,000 times a minute.
        HwmonKind(
            prefix: "fan", suffixes: ["_input"], descriptor: HwmonCollector.fan, range: 0...200_000, scale: 1),
        // Microwatts; no host takes 100 kW.
        HwmonKind(
            prefix: "power", suffixes: ["_input", "_average"], descriptor: HwmonCollector.power,
            range: 0...100_000_000_000, scale: 1e6),
        // Millivolts; what a chip measures is far below 1 kV.
        HwmonKind(
            prefix: "in", suffixes: ["_input"], descriptor: HwmonCollector.voltage,
            range: -1_000_000...1_000_000, scale: 1e3),
    ]
}

/// A chip as it was found.
private struct HwmonChip {
    let folder: HostPath
    let names: [String]
    /// Which chip it is, the same after a restart; see ``HwmonText/chip(name:link:)``.
    let label: String

    /// nil when its name cannot be read or its folder cannot be listed.
    init?(_ chip: NumberedEntry, _ sampling: inout Sampling) {
        guard let name = sampling.read(chip.path / "name", KernelText.word) else { return nil }
        folder = chip.path
        do {
            names = try sampling.names(in: chip.path)
        } catch {
            sampling.count(error)
            return nil
        }
        // A folder that is no link is one of a copied tree: the number has to do.
        let link = try? sampling.host.files.linkTarget(chip.path)
        label = HwmonText.chip(name: name, link: link ?? "") ?? "\(name)-\(chip.path.name)"
    }

    func entries(of kind: HwmonKind) -> [NumberedEntry] {
        let all = kind.suffixes.map { suffix in
            NumberedEntry.all(in: folder, names: names, prefix: kind.prefix, suffix: suffix)
        }
        let found = all.reduce(into: [NumberedEntry]()) { found, entries in
            found += entries.filter { entry in !found.contains { $0.number == entry.number } }
        }
        return found.sorted { $0.number < $1.number }
    }
}

/// A sensor as it was found.
private struct HwmonSensor {
    let kind: HwmonKind
    let path: HostPath
    let labels: LabelSet
    /// Degrees Celsius; nil for what is no temperature, and where the chip has none.
    let maximum: Double?
    let critical: Double?

    /// nil when its label is there and cannot be read: without it, this would be another series.
    init?(_ kind: HwmonKind, _ entry: NumberedEntry, of chip: HwmonChip, _ sampling: inout Sampling) {
        self.kind = kind
        path = entry.path
        let sensor = "\(kind.prefix)\(entry.number)"
        var labels = [Label("chip", chip.label), Label("sensor", sensor)]
        if chip.names.contains(sensor + "_label") {
            guard let label = sampling.read(chip.folder / (sensor + "_label"), HwmonText.label) else { return nil }
            if case .text(let text) = label { labels.append(Label("label", text)) }
        }
        self.labels = LabelSet(labels)
        func limit(_ name: String) -> Double? {
            guard kind.prefix == "temp", chip.names.contains(sensor + name),
                case .set(let celsius) = sampling.read(chip.folder / (sensor + name), HwmonText.limit)
            else { return nil }
            return celsius
        }
        maximum = limit("_max")
        critical = limit("_crit")
    }
}

/// What stands in the files of `/sys/class/hwmon`.
enum HwmonText {
    /// A temperature's limit, or that none was set.
    enum Limit: Equatable {
        case set(Double)
        case unset
    }

    /// A sensor's name, or that it has an empty one.
    enum SensorLabel: Equatable {
        case text(String)
        case none
    }

    /// No sensor in a running computer is colder or hotter.
    static let milliCelsius: ClosedRange<Int64> = -100_000...300_000

    /// An integer within `range`, in units of which `scale` make the base unit.
    static func value(_ content: [UInt8], in range: ClosedRange<Int64>, scale: Double) -> Double? {
        KernelText.integer(content, in: range).map { Double($0) / scale }
    }

    /// Chips that were not told a limit give 0, or one far from any temperature: 65261.85 °C is that of a drive.
    static func limit(_ content: [UInt8]) -> Limit? {
        guard let value = KernelText.integer(content, in: .min ... .max) else { return nil }
        return value != 0 && milliCelsius.contains(value) ? .set(Double(value) / 1000) : .unset
    }

    /// Firmware may name a sensor by nothing.
    static func label(_ content: [UInt8]) -> SensorLabel? {
        if content.isEmpty || content == [UInt8(ascii: "\n")] { return SensorLabel.none }
        return KernelText.word(content).map(SensorLabel.text)
    }

    /// The chip's name and its device's: `k10temp-0000:00:18.3`; `coretemp.0` where the device's name has that of
    /// the chip already. nil when it has no device. The number in `hwmon3` is of no use, since it follows the order
    /// in which drivers were loaded.
    ///
    /// - Parameter link: what `/sys/class/hwmon/hwmon3` points to:
    ///   `../../devices/pci0000:00/0000:00:18.3/hwmon/hwmon3`.
    static func chip(name: String, link: String) -> String? {
        var parts = link.split(separator: "/").dropLast()
        if parts.last == "hwmon" { parts = parts.dropLast() }
        guard let device = parts.last, device != "virtual", device != ".." else { return nil }
        let label = device.hasPrefix(name) ? String(device) : "\(name)-\(device)"
        return KernelText.word(Array(label.utf8))
    }
}
