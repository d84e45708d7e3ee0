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

    static func sampledPaths(on files: any HostFiles) -> [HostPath] { [statistics] }

    static func examine(_ examination: inout Examination) {
        let disks = Set(examination.names(in: .sysfs("block")).filter { !$0.hasPrefix("loop") && !$0.hasPrefix("ram") })
        guard !disks.isEmpty, let (before, now) = examination.readTwice(statistics, table) else {
            return examination.doesNotApply(disks.isEmpty ? "no disks" : "not measured")
        }
        var busiest = 0.0
        for name in disks.sorted() {
            guard let first = before[name], let last = now[name] else { continue }
            busiest = max(busiest, check(name, last.since(first), &examination))
        }
        if examination.findings.isEmpty {
            examination.isGood("the busiest is at work \(CheckText.percent(busiest)) of the time")
        }
    }

    /// Returns the share of the time in which the disk was at work.
    private static func check(_ name: String, _ work: DiskWork, _ examination: inout Examination) -> Double {
        let share = min(1, Double(work.busyMilliseconds) / 1000 / examination.host.elapsedSeconds)
        let wait = work.requests > 0 ? Double(work.waitMilliseconds) / 1000 / Double(work.requests) : 0
        guard share >= warningShare, wait >= warningWaitSeconds else { return share }
        examination.find(
            wait >= criticalWaitSeconds ? .critical : .warning, "the disk \(name) keeps requests waiting",
            evidence: [
                "at work \(CheckText.percent(share)) of the time",
                "\(work.requests) requests took \(CheckText.time(wait)) on the average",
            ],
            why: "models load slowly, and pages of mapped weights that were dropped come back slowly",
            remedy: ["sudo iotop -oPa    # find who reads or writes"])
        return share
    }

    private static func table(_ text: String) -> [String: DiskWork]? {
        var table: [String: DiskWork] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 14 else { continue }
            let numbers = fields[3...13].compactMap { CheckText.number($0) }
            guard numbers.count == 11 else { continue }
            table[String(fields[2])] = DiskWork(
                requests: numbers[0] + numbers[4], waitMilliseconds: numbers[3] + numbers[7],
                busyMilliseconds: numbers[9])
        }
        return table.isEmpty ? nil : table
    }
}

/// What a disk did: reads and writes.
private struct DiskWork {
    var requests: Int64
    var waitMilliseconds: Int64
    var busyMilliseconds: Int64

    func since(_ before: DiskWork) -> DiskWork {
        DiskWork(
            requests: max(0, requests - before.requests),
            waitMilliseconds: max(0, waitMilliseconds - before.waitMilliseconds),
            busyMilliseconds: max(0, busyMilliseconds - before.busyMilliseconds))
    }
}
