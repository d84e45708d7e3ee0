import Platform

/// What the kernel reads the time from.
enum ClockSourceCheck: HostCheck {
    static let id = "clock_source"
    static let title = "Clock source"

    /// These are read without entering the kernel.
    private static let fast: Set<String> = [
        "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "timebase", "tod",
    ]
    private static let folder = HostPath.sysfs("devices/system/clocksource/clocksource0")

    static func examine(_ examination: inout Examination) {
        guard let current = examination.read(folder / "current_clocksource", CheckText.line) else { return }
        if fast.contains(current) { return examination.isGood(current) }
        let available = examination.read(folder / "available_clocksource", CheckText.line) ?? current
        examination.find(
            .info, "the time is read from '\(current)', which is slow",
            evidence: ["available: \(available)"],
            why:
                "frameworks ask for the time thousands of times a request; each asking takes 1 µs and more instead of 25 ns",
            remedy: available.split(separator: " ").contains("tsc")
                ? ["echo tsc | sudo tee /sys/\((folder / "current_clocksource").relative)"]
                : ["sudo dmesg | grep -i -e tsc -e clocksource    # why the kernel gave the TSC up"])
    }
}
