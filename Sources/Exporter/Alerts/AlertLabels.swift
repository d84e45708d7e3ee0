public import AnomalyDetect
public import Telemetry

/// The labels of an alert, as the API shows them and an Alertmanager identifies it by.
public enum AlertLabels {
    /// Alert name and severity, of a timing also timing and statistic (but of what was learned, where it moves), and the series' own labels. An own label of
    /// one of these names gets the prefix `exported_`, as Prometheus does it, as often as it takes.
    public static func labels(
        rule: String, level: AlertLevel, timing: String, measure: AlertMeasure, series: LabelSet
    ) -> LabelSet {
        var reserved = [Label("alertname", rule), Label("severity", level.name)]
        if let statistic = measure.statistic {
            reserved.append(Label("statistic", statistic.rawValue))
        }
        if !measure.isOfSignal { reserved.append(Label("timing", timing)) }
        var taken = Set(reserved.map(\.name)).union(series.labels.map(\.name))
        var labels = reserved
        for label in series.labels {
            var name = label.name
            if reserved.contains(where: { $0.name == name }) {
                repeat { name = "exported_" + name } while taken.contains(name)
                taken.insert(name)
            }
            labels.append(Label(name, label.value))
        }
        return LabelSet(labels)
    }
}
