internal import Collectors
internal import Exporter
internal import Telemetry

/// The checklist for machines: one JSON object.
enum DoctorJSON {
    static func render(_ report: DoctorReport) -> String {
        let tree = JSONTree.object([
            ("host", .string(report.hostName)),
            ("version", .string(Version.number)),
            ("exit_code", .number(Double(report.exitCode))),
            ("summary", summary(report)),
            ("measured_seconds", .number(report.measuredSeconds)),
            ("wakeup_latency", wakeups(report.wakeups)),
            ("checks", .array(report.checks.map(check))),
        ])
        return String(decoding: tree.bytes, as: UTF8.self)
    }

    private static func summary(_ report: DoctorReport) -> JSONTree {
        let findings = FindingSeverity.allCases.map { ($0.rawValue, JSONTree.number(Double(report.count($0)))) }
        let others = [CheckReport.Status.ok, .unknown, .notApplicable, .skipped].map {
            ($0.rawValue, JSONTree.number(Double(report.checks($0).count)))
        }
        return .object(findings + others)
    }

    /// Null where nothing was measured.
    private static func wakeups(_ histogram: ExponentialHistogram?) -> JSONTree {
        guard let histogram, let p50 = histogram.quantile(0.5), let p99 = histogram.quantile(0.99) else {
            return .number(.nan)
        }
        return .object([
            ("count", .number(Double(histogram.count))), ("p50_seconds", .number(p50)), ("p99_seconds", .number(p99)),
            ("max_seconds", .number(histogram.maximum)),
        ])
    }

    private static func check(_ check: CheckReport) -> JSONTree {
        .object([
            ("id", .string(check.id)),
            ("title", .string(check.title)),
            ("status", .string(check.status.rawValue)),
            ("notes", strings(check.notes)),
            ("unknown", strings(check.unknown)),
            ("findings", .array(check.findings.map(finding))),
        ])
    }

    private static func finding(_ finding: Finding) -> JSONTree {
        .object([
            ("severity", .string(finding.severity.rawValue)),
            ("title", .string(finding.title)),
            ("evidence", strings(finding.evidence)),
            ("why", .string(finding.why)),
            ("remedy", strings(finding.remedy)),
        ])
    }

    private static func strings(_ lines: [String]) -> JSONTree { .array(lines.map { .string($0) }) }
}
