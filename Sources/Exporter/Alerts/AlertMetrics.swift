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

    /// Every family it can emit.
    public static let descriptors = [level, notEvaluated]

    /// The gauge of levels, and `notEvaluated` of the engine. A series' own labels named `timing` or `statistic` cannot occur: such tags are renamed
    /// where timings come in.
    public static func families(_ readings: [AlertLevelReading], notEvaluated count: UInt64) -> [MetricFamily] {
        let samples = readings.map { reading in
            let own = [Label("timing", reading.timing), Label("statistic", reading.statistic.rawValue)]
            return Sample(reading.labels.adding(own), Double(reading.level.rawValue))
        }
        return [MetricFamily(level, samples), MetricFamily(notEvaluated, [Sample([:], Double(count))])]
    }
}
