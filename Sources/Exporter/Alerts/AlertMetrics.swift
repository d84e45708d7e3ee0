public import AnomalyDetect
public import Telemetry

/// What is exposed about alerts.
public enum AlertMetrics {
    static let level = MetricDescriptor(
        .gauge, "latencyd_alert_level",
        help: "Alert level of a statistic of a timing: 0 none, 1 info, 2 warning, 3 critical.")

    static let notEvaluated = MetricDescriptor(
        .counter, "latencyd_alerts_not_evaluated",
        help: "Values over a threshold that began no alert because too many alerts were pending or firing.")

    static let firing = MetricDescriptor(
        .gauge, "latencyd_alerts", help: "Alerts that fire now, by the rule's name and the level.")

    /// Every family it can emit.
    public static let descriptors = [level, notEvaluated, firing]

    /// The gauge of levels, `notEvaluated` of the engine, and how many alerts fire. A series' own labels named
    /// `timing` or `statistic` cannot occur: such tags are renamed where timings come in.
    public static func families(
        _ readings: [AlertLevelReading], notEvaluated count: UInt64, _ alerts: AlertSnapshot
    ) -> [MetricFamily] {
        let samples = readings.map { reading in
            let own = [Label("timing", reading.timing), Label("statistic", reading.statistic.rawValue)]
            return Sample(reading.labels.adding(own), Double(reading.level.rawValue))
        }
        return [
            MetricFamily(level, samples), MetricFamily(notEvaluated, [Sample([:], Double(count))]),
            MetricFamily(firing, counts(alerts)),
        ]
    }

    /// One sample for each name and level that some rule has, 0 when nothing fires.
    private static func counts(_ alerts: AlertSnapshot) -> [Sample] {
        struct Key: Hashable {
            let name: String
            let level: AlertLevel
        }
        var counts: [Key: Int] = [:]
        for rule in alerts.rules {
            for level in rule.thresholds.keys { counts[Key(name: rule.name, level: level)] = 0 }
        }
        for alert in alerts.alerts where alert.state == .firing {
            counts[Key(name: alerts.rules[alert.rule].name, level: alert.level), default: 0] += 1
        }
        return counts.sorted { ($0.key.name, $0.key.level) < ($1.key.name, $1.key.level) }.map { key, count in
            Sample(["alertname": key.name, "level": key.level.name], Double(count))
        }
    }
}
