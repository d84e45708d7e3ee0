import Platform

/// CPU time that the hypervisor gave to others.
enum StealCheck: HostCheck {
    static let id = "steal"
    static let title = "Stolen CPU time"

    static let warningShare = 0.01
    static let criticalShare = 0.05
    /// Of the stolen time among the ticks.
    private static let place = 7

    private static let statistics = HostPath.procfs("stat")

    static func sampledPaths(on host: DoctorHost) -> [HostPath] { [statistics] }

    static func examine(_ examination: inout Examination) {
        guard let (before, now) = examination.readTwice(statistics, CPUTimeText.reading),
            before.ticks.count > place, now.ticks.count > place
        else { return examination.doesNotApply("not measured") }
        let steps = zip(before.ticks, now.ticks).map { $1 >= $0 ? Double($1 - $0) : 0 }
        // The ticks after steal are guests', which user and nice contain already.
        let total = steps.prefix(place + 1).reduce(0, +)
        guard total > 0 else { return examination.doesNotApply("not measured") }
        let share = steps[place] / total
        guard share >= warningShare else { return examination.isGood(CheckText.percent(share)) }
        examination.find(
            share >= criticalShare ? .critical : .warning,
            "the hypervisor takes \(CheckText.percent(share)) of the CPU time away",
            evidence: ["steal in /proc/stat over \(CheckText.time(examination.host.elapsedSeconds))"],
            why: "threads stand still while another machine runs on their CPU, and nothing inside can be done about it",
            remedy: ["move to a host or an instance type with dedicated CPUs"])
    }
}
