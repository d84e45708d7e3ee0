import Platform

/// Options of the kernel's command line that change latency: said so that nobody wonders.
enum KernelOptionCheck: HostCheck {
    static let id = "kernel_options"
    static let title = "Kernel options"

    private static let meanings: [String: String] = [
        "isolcpus": "these CPUs run only what is pinned to them",
        "nohz_full": "no timer tick on these CPUs while one thread runs",
        "rcu_nocbs": "the kernel's housekeeping runs elsewhere",
        "mitigations": "how CPU vulnerabilities are dealt with; system calls cost more with them",
        "intel_idle.max_cstate": "limits how deeply CPUs sleep",
        "processor.max_cstate": "limits how deeply CPUs sleep",
        "idle": "how idle CPUs wait; 'poll' never sleeps and heats",
        "preempt": "when the kernel lets a waiting thread go first",
        "threadirqs": "interrupts are handled in threads",
        "nosmt": "one thread per core",
    ]

    static func examine(_ examination: inout Examination) {
        guard let line = examination.read(.procfs("cmdline"), CheckText.line) else { return }
        let options = line.split(separator: " ").compactMap { option -> String? in
            meanings[String(option.prefix { $0 != "=" })].map { "\(option): \($0)" }
        }
        guard !options.isEmpty else { return examination.isGood("none that changes latency") }
        examination.find(
            .info, "the kernel was started with options that change latency", evidence: options,
            why: "they explain differences between hosts that look the same")
    }
}
