internal import Telemetry

/// How the labels of an answer become those of a signal or timing.
///
/// They stay as they are, except: the name of the metric is left out, and so is a label without a name; what has a
/// meaning of its own here gets the prefix `exported_`; characters that a label's name may not have become `_`; the
/// label of the model is renamed. Where two become one, their values are joined with commas.
struct PromQLLabels: Sendable {
    private static let reserved: Set<String> = ["service", "profile", "le", "quantile", "timing", "statistic"]

    let modelLabels: [String]
    /// Whether `quantile` is left out: which quantile a statistic's query asks for is known.
    let dropsQuantile: Bool

    /// Nil for a series with too many labels, or too long ones.
    func labels(of metric: [String: String]) -> LabelSet? {
        let model = modelLabels.first { metric[$0]?.isEmpty == false }
        var labels: [Label] = []
        labels.reserveCapacity(metric.count)
        for (name, value) in metric where name != "__name__" && !name.isEmpty && !value.isEmpty {
            if dropsQuantile && name == "quantile" { continue }
            guard name.utf8.count <= PromQLLimits.labelNameBytesMax,
                value.utf8.count <= PromQLLimits.labelValueBytesMax, labels.count < PromQLLimits.labelsMax
            else { return nil }
            labels.append(Label(self.name(of: name, model: model), value))
        }
        return joined(labels)
    }

    private func name(of name: String, model: String?) -> String {
        if name == model { return "model" }
        let valid = MetricName.sanitizedLabel(name)
        let isTaken = Self.reserved.contains(valid) || valid.hasPrefix("__") || (model != nil && valid == "model")
        return isTaken ? "exported_" + valid : valid
    }

    private func joined(_ labels: [Label]) -> LabelSet {
        let sorted = labels.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        var unique: [Label] = []
        unique.reserveCapacity(sorted.count)
        for label in sorted {
            if unique.last?.name == label.name {
                unique[unique.count - 1].value += "," + label.value
            } else {
                unique.append(label)
            }
        }
        return LabelSet(unique)
    }
}
