import Platform

/// Disks that are busy while this runs.
///
/// Source: Documentation/admin-guide/iostats.rst of the kernel.
enum DiskCheck: HostCheck {
    static let id = "disks"
    static let title = "Disks"

    /// Shares of the time in which a disk was at work, and how long it let a request wait. Fast disks work on many
    /// requests at once: a high share alone says little.
    static let warningShare = 0.80
    static let warningWaitSeconds = 0.020
    static let criticalWaitSeconds = 0.100

    private static let statistics = HostPath.procfs("diskstats")

    static func sampledPaths(on host: DoctorHost) -> [HostPath] { [statistics] }

    static func examine(_ examination: inout Examination) {
        let disks = Set(examination.names(in: .sysfs("block")).filter(DiskText.isHardware))
        guard !disks.isEmpty, let (before, now) = examination.readTwice(statistics, DiskText.lines) else {
            return examination.doesNotApply(disks.isEmpty ? "no disks" : "not measured")
        }
        let earlier = Dictionary(before.map { ($0.device, $0) }) { first, _ in first }
        var busiest = 0.0
        for line in now where disks.contains(line.device) {
            guard let first = earlier[line.device] else { continue }
            busiest = max(busiest, check(line.device, DiskWork(from: first, to: line), &examination))
        }
        if examination.findings.isEmpty {
            examination.isGood("the busiest is at work \(CheckText.percent(busiest)) of the time")
        }
    }

    /// Returns the share of the time in which the disk was at work.
    private static func check(_ name: String, _ work: DiskWork, _ examination: inout Examination) -> Double {
        let share = min(1, work.busySeconds / examination.host.elapsedSeconds)
        let wait = work.requests > 0 ? work.waitSeconds / work.requests : 0
        guard share >= warningShare, wait >= warningWaitSeconds else { return share }
        examination.find(
            wait >= criticalWaitSeconds ? .critical : .warning, "the disk \(name) keeps requests waiting",
            evidence: [
                "at work \(CheckText.percent(share)) of the time",
                "\(Int64(work.requests)) requests took \(CheckText.time(wait)) on the average",
            ],
            why: "models load slowly, and pages of mapped weights that were dropped come back slowly",
            remedy: ["sudo iotop -oPa    # find who reads or writes"])
        return share
    }
}

/// What a disk did between two looks: reads and writes.
private struct DiskWork {
    var requests = 0.0
    var waitSeconds = 0.0
    let busySeconds: Double

    init(from before: DiskText.Line, to now: DiskText.Line) {
        // Below this many a second, so that what a broken table says stays a number.
        func increase(_ before: UInt64, _ now: UInt64) -> Double {
            min(Double(ContinuedCounter.increase(from: before, to: now)), 1e15)
        }
        for (first, last) in zip(before.operations, now.operations).prefix(2) {
            requests += increase(first.count, last.count)
            waitSeconds += increase(first.milliseconds, last.milliseconds) / 1_000
        }
        busySeconds = increase(before.busyMilliseconds, now.busyMilliseconds) / 1_000
    }
}
