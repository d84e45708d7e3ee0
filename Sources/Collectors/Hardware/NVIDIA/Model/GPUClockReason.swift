/// Why a GPU's clocks are not at their highest: bits of a mask.
public enum GPUClockReason {
    private static let names: [(bit: UInt64, name: String)] = [
        (0x1, "idle"), (0x2, "application_clocks"), (0x4, "sw_power_cap"), (0x8, "hw_slowdown"), (0x10, "sync_boost"),
        (0x20, "sw_thermal"), (0x40, "hw_thermal"), (0x80, "power_brake"), (0x100, "display"),
    ]

    /// Each known bit that the GPU supports (all, when it does not say), each unknown one that is set, and whether it
    /// is in force.
    public static func active(_ mask: UInt64, supported: UInt64? = nil) -> [(reason: String, isActive: Bool)] {
        var reasons: [(String, Bool)] = []
        var rest = mask
        for (bit, name) in names {
            rest &= ~bit
            if mask & bit != 0 || (supported ?? bit) & bit != 0 { reasons.append((name, mask & bit != 0)) }
        }
        while rest != 0 {
            reasons.append(("unknown_\(rest.trailingZeroBitCount)", true))
            rest &= rest - 1
        }
        return reasons
    }
}
