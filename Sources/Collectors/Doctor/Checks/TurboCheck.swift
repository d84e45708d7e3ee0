import Platform

/// Whether CPUs may run faster than their base frequency while they are cool.
enum TurboCheck: HostCheck {
    static let id = "turbo"
    static let title = "Turbo"

    private static let intel = HostPath.sysfs("devices/system/cpu/intel_pstate/no_turbo")
    private static let others = HostPath.sysfs("devices/system/cpu/cpufreq/boost")

    static func examine(_ examination: inout Examination) {
        if let off = examination.read(intel, CheckText.number) {
            judge(
                isOn: off == 0, "intel_pstate/no_turbo is \(off)", "echo 0 | sudo tee /sys/\(intel.relative)",
                &examination)
        } else if let boost = examination.read(others, CheckText.number) {
            judge(
                isOn: boost != 0, "cpufreq/boost is \(boost)", "echo 1 | sudo tee /sys/\(others.relative)", &examination
            )
        } else {
            examination.doesNotApply("no switch for it")
        }
    }

    private static func judge(isOn: Bool, _ evidence: String, _ command: String, _ examination: inout Examination) {
        if isOn { return examination.isGood("on") }
        examination.find(
            .info, "turbo is off", evidence: [evidence],
            why:
                "frequencies are steadier and work on the CPU slower; right where the same latency matters more than a low one",
            remedy: [command])
    }
}
