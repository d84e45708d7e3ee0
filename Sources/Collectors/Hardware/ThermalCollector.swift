import Platform
import Telemetry

/// Thermal zones with their trip points, and cooling devices, from `/sys/class/thermal`.
///
/// Source: Documentation/driver-api/thermal/sysfs-api.rst of the kernel.
struct ThermalCollector: Collector {
    static let id = "thermal"
    // A zone's temperature is asked of firmware (ACPI) or of a register of another CPU (an interrupt to it).
    static let defaultInterval = Duration.seconds(5)
    static let descriptors = [temperature, tripTemperature, coolingState]

    private static let temperature = MetricDescriptor(
        .gauge, "latencyd_thermal_celsius", unit: .celsius, help: "Temperature of a thermal zone.")
    private static let tripTemperature = MetricDescriptor(
        .gauge, "latencyd_thermal_trip_celsius", unit: .celsius,
        help: "Temperature at which a thermal zone acts: cools actively, throttles (passive) or shuts down (critical).")
    private static let coolingState = MetricDescriptor(
        .gauge, "latencyd_cooling_state_ratio", unit: .ratio,
        help: "How hard a cooling device works: 0 not at all, 1 as hard as it can; a throttled CPU is one.")

    private static let folder = HostPath.sysfs("class/thermal")

    private var zones = Discovery<[ThermalZone]>()
    private var devices = Discovery<[CoolingDevice]>()

    mutating func collect(_ sampling: inout Sampling) throws(CollectorError) {
        for zone in try zones(&sampling, find: Self.zones) {
            // A zone that is switched off, or a sensor that sleeps, has no value, maybe for ever.
            if let celsius = sampling.read(
                zone.temperature, unless: [.noData, .tryAgain], ThermalText.celsius)
            {
                sampling.add(Self.temperature, zone.labels, celsius)
            }
            for trip in zone.trips { sampling.add(Self.tripTemperature, trip.labels, trip.celsius) }
        }
        for device in try devices(&sampling, find: Self.devices) {
            guard
                case .state(let state) = sampling.read(
                    device.state, { ThermalText.coolingState($0, highest: device.highest) })
            else { continue }
            sampling.add(Self.coolingState, device.labels, Double(state) / Double(device.highest))
        }
    }

    private static func zones(_ sampling: inout Sampling) throws(CollectorError) -> [ThermalZone] {
        try sampling.entries(in: folder, prefix: "thermal_zone").compactMap { ThermalZone($0, &sampling) }
    }

    private static func devices(_ sampling: inout Sampling) throws(CollectorError) -> [CoolingDevice] {
        try sampling.entries(in: folder, prefix: "cooling_device").compactMap { CoolingDevice($0, &sampling) }
    }
}

/// A zone as it was found: what to read of it every time, and under which labels.
private struct ThermalZone {
    struct Trip {
        let celsius: Double
        let labels: LabelSet
    }

    let temperature: HostPath
    let labels: LabelSet
    let trips: [Trip]

    /// nil when its type cannot be read.
    init?(_ zone: NumberedEntry, _ sampling: inout Sampling) {
        guard let type = sampling.read(zone.path / "type", KernelText.word) else { return nil }
        temperature = zone.path / "temp"
        labels = ["zone": zone.label, "type": type]
        var trips: [Trip] = []
        for trip in sampling.entriesOrNone(in: zone.path, prefix: "trip_point_", suffix: "_temp") {
            // Set by hand or by firmware; on some drivers reading one asks a register of another CPU.
            guard case .set(let celsius) = sampling.read(trip.path, ThermalText.trip),
                let kind = sampling.read(zone.path / "trip_point_\(trip.number)_type", KernelText.word)
            else {
                continue
            }
            trips.append(
                Trip(celsius: celsius, labels: ["zone": zone.label, "type": type, "trip": trip.label, "kind": kind]))
        }
        self.trips = trips
    }
}

/// A cooling device as it was found.
private struct CoolingDevice {
    let state: HostPath
    let labels: LabelSet
    let highest: Int64

    /// nil when it cannot be set, or its type or highest state cannot be read.
    init?(_ device: NumberedEntry, _ sampling: inout Sampling) {
        guard let type = sampling.read(device.path / "type", KernelText.word),
            let highest = sampling.read(device.path / "max_state", ThermalText.highestState), highest > 0
        else { return nil }
        state = device.path / "cur_state"
        labels = ["device": device.label, "type": type]
        self.highest = highest
    }
}

/// What stands in the files of `/sys/class/thermal`.
enum ThermalText {
    /// A trip point's temperature, or that it is switched off.
    enum Trip: Equatable {
        case set(Double)
        case unset
    }

    /// A cooling device's state, or that it has none at the moment.
    enum CoolingState: Equatable {
        case state(Int64)
        case inactive
    }

    /// No sensor in a running computer is colder or hotter. A zone that is switched off says −274 °C.
    private static let milliCelsius: ClosedRange<Int64> = -100_000...300_000
    /// What drivers give for a trip point that is switched off; x86_pkg_temp gives 0.
    private static let unsetTrips: [Int64] = [-274_000, 0, Int64(Int32.max)]

    /// Thousandths of a degree to degrees Celsius.
    static func celsius(_ content: [UInt8]) -> Double? {
        KernelText.integer(content, in: milliCelsius).map { Double($0) / 1000 }
    }

    static func trip(_ content: [UInt8]) -> Trip? {
        if let value = KernelText.integer(content, in: .min ... .max), unsetTrips.contains(value) { return .unset }
        return celsius(content).map(Trip.set)
    }

    /// 0 for a device that cannot be set; the kernel's fans and CPUs have up to a few hundred states, those that
    /// take a power limit up to some millions.
    static func highestState(_ content: [UInt8]) -> Int64? {
        KernelText.integer(content, in: 0...Int64(Int32.max))
    }

    /// 0 to `highest`. intel_powerclamp says −1 while it does nothing.
    static func coolingState(_ content: [UInt8], highest: Int64) -> CoolingState? {
        KernelText.integer(content, in: -1...highest).map { $0 < 0 ? .inactive : .state($0) }
    }
}
