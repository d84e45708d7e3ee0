internal import Collectors
internal import Telemetry

/// What `latencyd doctor` found out, before it is written.
struct DoctorReport {
    var hostName: String
    /// In the order of the catalogue.
    var checks: [CheckReport]
    /// How long it measured; 0 where it did not.
    var measuredSeconds: Double
    /// The wake-ups measured; nil where that was left out.
    var wakeups: ExponentialHistogram?

    /// All findings, the worst first.
    var findings: [Finding] {
        let all = checks.flatMap(\.findings).enumerated()
        return all.sorted { ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset) }.map(\.element)
    }

    func checks(_ status: CheckReport.Status) -> [CheckReport] { checks.filter { $0.status == status } }

    func count(_ severity: FindingSeverity) -> Int { findings.count { $0.severity == severity } }

    /// The wake-up latency in words; nil where it was not measured, or is a finding.
    var wakeupNumbers: String? {
        guard let check = checks.first(where: { $0.id == "wakeup_latency" }), check.status == .ok else { return nil }
        return "wake-up latency " + check.notes.joined(separator: "; ")
    }

    /// 0 where nothing is worse than a note, else 1.
    var exitCode: Int32 { count(.critical) + count(.warning) > 0 ? 1 : 0 }
}
