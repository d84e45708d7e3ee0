/// The catalogue: every hardware collector, one line each, in the order in which they are exposed.
public enum HardwareCollectors {
    public static let all: [any Collector.Type] = [
        ThermalCollector.self,
        CPUFrequencyCollector.self,
        PressureCollector.self,
        WakeupLatencyCollector.self,
        NVIDIACollector.self,
    ]

    /// The keys that may stand below `hardware.collectors`.
    public static var ids: [String] { all.map { $0.id } }
}
