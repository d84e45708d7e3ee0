import Platform

/// What chooses the CPUs' frequencies, and whether somebody capped them.
///
/// Source: Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst, amd-pstate.rst of the kernel.
enum GovernorCheck: HostCheck {
    static let id = "governor"
    static let title = "Frequency governor"

    /// With these the CPU itself chooses, by the energy preference; the governor `powersave` says nothing there.
    private static let selfGoverning: Set<String> = ["intel_pstate", "amd-pstate-epp", "amd_pstate_epp"]
    /// Bursts end before these have raised the frequency.
    private static let slowGovernors: Set<String> = ["ondemand", "conservative", "schedutil", "userspace"]
    /// In the order of their harm.
    private static let savingPreferences: Set<String> = ["power", "balance_power"]

    private static let why =
        "a CPU that has to speed up first makes the first requests after a pause slow, and short bursts never fast"
    private static let remedy = ["sudo cpupower frequency-set -g performance"]

    static func examine(_ examination: inout Examination) {
        var choices: [String: Int] = [:]
        var capped: [String] = []
        let policies = examination.entries(in: .sysfs("devices/system/cpu/cpufreq"), prefix: "policy")
        for policy in policies {
            if let choice = choice(of: policy.path, &examination) { choices[choice, default: 0] += 1 }
            if let cap = cap(of: policy, &examination) { capped.append(cap) }
        }
        if policies.isEmpty {
            return examination.doesNotApply("no cpufreq; the firmware or the hypervisor chooses frequencies")
        }
        for (choice, count) in choices.sorted(by: { $0.key < $1.key }) {
            judge(choice, "\(choice) on \(count) of \(policies.count) policies", &examination)
        }
        if !capped.isEmpty {
            examination.find(
                .warning, "CPU frequencies are capped", evidence: capped,
                why: "all work on the CPU takes longer in proportion",
                remedy: [
                    "sudo cpupower frequency-set -u \"$(cat /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq)\""
                ])
        }
    }

    /// The governor; where the CPU chooses itself, `energy preference X`.
    private static func choice(of policy: HostPath, _ examination: inout Examination) -> String? {
        guard let governor = examination.read(policy / "scaling_governor", CheckText.line) else { return nil }
        let driver = examination.read(policy / "scaling_driver", CheckText.line) ?? ""
        guard governor == "powersave", selfGoverning.contains(driver) else { return governor }
        if let preference = examination.read(policy / "energy_performance_preference", CheckText.line) {
            return "energy preference \(preference)"
        }
        // Without the CPU's own choice (no_hwp, Broadwell and older) the driver chooses, and `powersave` is its
        // algorithm that follows the load.
        return "ondemand"
    }

    private static func judge(_ choice: String, _ evidence: String, _ examination: inout Examination) {
        let preference = choice.split(separator: " ").last.map(String.init) ?? choice
        switch choice {
        case "performance", "energy preference performance": examination.isGood(evidence)
        case "powersave":
            examination.find(
                .critical, "the governor 'powersave' keeps CPUs at their lowest frequency", evidence: [evidence],
                why: "all work on the CPU takes a multiple of its time", remedy: remedy)
        case _ where slowGovernors.contains(choice):
            examination.find(
                .warning, "the governor '\(choice)' raises frequencies late", evidence: [evidence], why: why,
                remedy: remedy)
        case _ where choice != preference && savingPreferences.contains(preference):
            examination.find(
                .warning, "the energy preference is '\(preference)'", evidence: [evidence], why: why, remedy: remedy)
        case _ where choice != preference:
            examination.find(
                .info, "the energy preference is '\(preference)', not 'performance'", evidence: [evidence], why: why,
                remedy: remedy)
        default: examination.doNotKnow("the governor '\(choice)' is not one of the kernel's")
        }
    }

    private static func cap(of policy: NumberedEntry, _ examination: inout Examination) -> String? {
        guard let highest = examination.read(policy.path / "scaling_max_freq", CheckText.number),
            let possible = examination.read(policy.path / "cpuinfo_max_freq", CheckText.number),
            // Drivers round: less than a percent is no cap.
            Double(highest) < Double(possible) * 0.99
        else { return nil }
        return "policy\(policy.number): \(highest / 1_000) of \(possible / 1_000) MHz"
    }
}
