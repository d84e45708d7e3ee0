/// The catalogue: every hardware collector, one line each, in the order in which they are exposed.
public enum HardwareCollectors {
    public static let all: [any Collector.Type] = [
        ThermalCollector.self,
        HwmonCollector.self,
        RAPLCollector.self,
        CPUFrequencyCollector.self,
        CPUThrottleCollector.self,
        CPUIdleCollector.self,
        CPUTimeCollector.self,
        RunQueueCollector.self,
        NUMACollector.self,
        PressureCollector.self,
        MemoryCollector.self,
        VMStatCollector.self,
        EDACCollector.self,
        InterruptCollector.self,
        DiskCollector.self,
        SoftnetCollector.self,
        TCPCollector.self,
        ProcessCollector.self,
        CgroupCPUCollector.self,
        CgroupMemoryCollector.self,
        CgroupIOCollector.self,
        WakeupLatencyCollector.self,
        NVIDIACollector.self,
    ]

    /// The keys that may stand below `hardware.collectors`.
    public static var ids: [String] { all.map { $0.id } }
}
