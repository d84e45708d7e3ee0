public import AnomalyDetect
public import Telemetry

/// One alert from its beginning to its end, as the history keeps it.
public struct AlertIncident: Sendable, Equatable {
    /// Tells it from all others: what it is about, and when it began.
    public let id: String
    /// With `alertname`, but without `severity`, which moves.
    public let labels: LabelSet
    /// `summary`: what was said when it reached its highest level; `also_unusual`: the signals of other layers that were off
    /// when the value was worst; `end`: why it ended.
    public var annotations: [String: String]
    /// The highest level so far.
    public var level: AlertLevel
    /// Unix seconds.
    public let beginSeconds: Double
    /// Unix seconds; nil while it lasts.
    public var endSeconds: Double?
    /// The worst value, in the timing's base unit; nil when none is known.
    public var peak: Double?

    public init(
        id: String, labels: LabelSet, annotations: [String: String], level: AlertLevel, beginSeconds: Double,
        endSeconds: Double? = nil, peak: Double? = nil
    ) {
        self.id = id
        self.labels = labels
        self.annotations = annotations
        self.level = level
        self.beginSeconds = beginSeconds
        self.endSeconds = endSeconds
        self.peak = peak
    }

    /// The incident that `change` belongs to, as it is at the change.
    ///
    /// - Parameter alsoUnusual: which signals of other layers are off then.
    public init(_ change: AlertChange, alsoUnusual: String? = nil) {
        var annotations = ["summary": AlertMessage(change).text]
        if change.to > .none { annotations[SignalEvidence.annotation] = alsoUnusual }
        self.init(
            id: Self.id(change.rule, change.timing, change.labels, change.measure, change.sinceUnixSeconds),
            labels: Self.labels(change), annotations: annotations,
            level: max(change.from, change.to), beginSeconds: change.sinceUnixSeconds,
            endSeconds: change.to == .none ? change.atUnixSeconds : nil, peak: change.value)
    }

    /// The id of the incident of an alert in `snapshot`.
    public static func id(of alert: AlertSnapshot.Alert, in snapshot: AlertSnapshot) -> String {
        let rule = snapshot.rules[alert.rule]
        return id(rule.name, alert.timing, alert.labels, rule.measure, alert.sinceUnixSeconds)
    }

    private static func labels(_ change: AlertChange) -> LabelSet {
        let all = AlertLabels.labels(
            rule: change.rule, level: change.to, timing: change.timing, measure: change.measure, series: change.labels)
        return LabelSet(all.labels.filter { $0.name != "severity" })
    }

    /// FNV-1a of all that tells alerts apart, and the beginning in milliseconds.
    private static func id(
        _ rule: String, _ timing: String, _ labels: LabelSet, _ measure: AlertMeasure, _ since: Double
    ) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func take(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        take(rule)
        take(timing)
        take("\(measure)")
        for label in labels.labels {
            take(label.name)
            take(label.value)
        }
        return "\(Int64(min(max(since, 0), 1e15) * 1_000))-\(String(hash, radix: 16))"
    }
}

/// The body of `/api/v1/alerts/history`.
public enum AlertHistoryJSON {
    /// In the order given.
    public static func page(_ incidents: [AlertIncident]) -> [UInt8] {
        JSONTree.object([
            ("status", .string("success")), ("data", .object([("alerts", .array(incidents.map(incident)))])),
        ]).bytes
    }

    private static func incident(_ incident: AlertIncident) -> JSONTree {
        .object([
            ("labels", .object(incident.labels.labels.map { ($0.name, .string($0.value)) })),
            (
                "annotations",
                .object(incident.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
            ("level", .string(incident.level.name)),
            ("startsAt", .string(UTCTime(unixSeconds: incident.beginSeconds).rfc3339)),
            ("endsAt", incident.endSeconds.map { .string(UTCTime(unixSeconds: $0).rfc3339) } ?? .number(.nan)),
            ("peak", .number(incident.peak ?? .nan)),
        ])
    }
}
