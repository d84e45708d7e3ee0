import Platform

/// CPU time that the hypervisor gave to others.
enum StealCheck: HostCheck {
    static let id = "steal"
    static let title = "Stolen CPU time"

    static let warningShare = 0.01
    static let criticalShare = 0.05
    private static let place = 7

    private static let statistics = HostPath.procfs("stat")

    static func sampledPaths(on files: any HostFiles) -> [HostPath] { [statistics] }

    static func examine(_ examination: inout Examination) {
        guard let (before, now) = examination.readTwice(statistics, CheckText.processorTicks),
            before.count > place, now.count > place
        else { return examination.doesNotApply("not measured") }
        // The ticks after steal are guests', which user and nice contain already.
        let total = zip(now, before).prefix(place + 1).reduce(0) { $0 + ($1.0 - $1.1) }
        guard total > 0 else { return examination.doesNotApply("not measured") }
        let share = Double(max(0, now[place] - before[place])) / Double(total)
        guard share >= warningShare else { return examination.isGood(CheckText.percent(share)) }
        examination.find(
            share >= criticalShare ? .critical : .warning,
            "the hypervisor takes \(CheckText.percent(share)) of the CPU time away",
            evidence: ["steal in /proc/stat over \(CheckText.time(examination.host.elapsedSeconds))"],
            why: "threads stand still while another machine runs on their CPU, and nothing inside can be done about it",
            remedy: ["move to a host or an instance type with dedicated CPUs"])
    }
}
