import Platform

/// Whether memory was, or is being, moved to a disk.
enum SwapCheck: HostCheck {
    static let id = "swap"
    static let title = "Swap"

    /// Less than this in swap is what no process has touched since the boot.
    static let usedBytes = 67_108_864.0
    static let swappiness: Int64 = 10
    /// Pages a second read back, at 4 KiB each: threads wait for a disk.
    static let pagesPerSecond = 100.0

    private static let memory = HostPath.procfs("meminfo")
    private static let counters = HostPath.procfs("vmstat")

    static func sampledPaths(on host: DoctorHost) -> [HostPath] { [counters] }

    static func examine(_ examination: inout Examination) {
        guard let memory = examination.read(memory, MemoryAmounts.init), let total = memory["SwapTotal"] else { return }
        guard total > 0 else { return examination.isGood("none") }
        reading(&examination)
        let used = max(0, total - (memory["SwapFree"] ?? total))
        let evidence = "\(CheckText.size(used)) of \(CheckText.size(total)) in use"
        if used >= usedBytes {
            examination.find(
                .warning, "\(CheckText.size(used)) of memory are in swap", evidence: [evidence],
                why: "whoever touches these pages again waits for the disk",
                remedy: ["sudo swapoff -a && sudo swapon -a    # with enough free memory"])
        } else {
            examination.isGood(evidence)
        }
        tendency(&examination)
    }

    private static func reading(_ examination: inout Examination) {
        guard let (before, now) = examination.readTwice(counters, MemoryEvents.init),
            let first = before["pswpin"], let last = now["pswpin"], last > first
        else { return }
        let rate = Double(last - first) / examination.host.elapsedSeconds
        examination.find(
            rate >= pagesPerSecond ? .critical : .warning, "memory is being read back from swap",
            evidence: ["\(CheckText.tenths(rate)) pages a second"],
            why: "threads stand still for a disk access each time",
            remedy: [
                "free -h; ps -eo pid,rss,comm --sort=-rss | head    # find who needs the memory"
            ])
    }

    private static func tendency(_ examination: inout Examination) {
        guard let value = examination.read(.procfs("sys/vm/swappiness"), CheckText.number) else { return }
        if value > swappiness {
            examination.find(
                .info, "the kernel swaps readily: swappiness is \(value)", evidence: ["vm.swappiness = \(value)"],
                why:
                    "idle parts of a service, such as a model that waits for requests, are swapped out to keep files cached",
                remedy: ["sudo sysctl vm.swappiness=1"])
        } else {
            examination.isGood("swappiness \(value)")
        }
    }
}
