public import AnomalyDetect
public import Telemetry

/// What is exposed about alerts.
public enum AlertMetrics {
    static let level = MetricDescriptor(
        .gauge, "latencyd_alert_level",
        help: "Alert level of a statistic of a timing: 0 none, 1 info, 2 warning, 3 critical.")

    /// The gauge of levels. A series' own labels named `timing` or `statistic` cannot occur: such names are refused
    /// where timings come in.
    public static func families(_ readings: [AlertLevelReading]) -> [MetricFamily] {
        let samples = readings.map { reading in
            let own = [Label("timing", reading.timing), Label("statistic", reading.statistic.rawValue)]
            return Sample(reading.labels.adding(own), Double(reading.level.rawValue))
        }
        return [MetricFamily(level, samples)]
    }
}
