/// The catalogue: every check of `latencyd doctor`, one line each.
public enum HostChecks {
    public static let all: [any HostCheck.Type] = [
        WakeupCheck.self,
        GovernorCheck.self,
        TurboCheck.self,
        IdleStateCheck.self,
        HugePageCheck.self,
        SwapCheck.self,
        MemoryCheck.self,
        NUMACheck.self,
        MemoryPlacementCheck.self,
        InterruptCheck.self,
        CPULimitCheck.self,
        StealCheck.self,
        ThermalCheck.self,
        DiskCheck.self,
        ClockSourceCheck.self,
        KernelOptionCheck.self,
        GPUDriverCheck.self,
        GPUErrorCheck.self,
        GPUHeatCheck.self,
        GPUPowerCheck.self,
        GPUPersistenceCheck.self,
        GPUClockCheck.self,
        GPULinkCheck.self,
        GPUSharingCheck.self,
        GPUPlacementCheck.self,
        WatchCheck.self,
        ModelServerCheck.self,
    ]

    /// What each check says about `host`, in the order of the catalogue.
    public static func examine(_ host: DoctorHost, _ checks: [any HostCheck.Type] = all) -> [CheckReport] {
        checks.map { check in
            var examination = Examination(host)
            check.examine(&examination)
            return examination.report(of: check)
        }
    }
}
