import AnomalyDetect
import Telemetry

/// What an alert is about, in words: `p99 of inference_latency_seconds{model="a"}`.
enum AlertSubject {
    static func text(_ measure: AlertMeasure, _ timing: String, _ labels: LabelSet) -> String {
        let series = "\(timing)\(text(labels))"
        switch measure {
        case .statistic(let statistic): return "\(name(statistic)) of \(series)"
        case .value, .learned, .absence: return series
        case .increase(let seconds): return "increase of \(series) over \(PromQLDuration.text(seconds))"
        }
    }

    /// `12 timings are abnormal at once, the worst a_seconds{model="a"}, b_seconds`.
    static func text(_ group: AlertGroup) -> String {
        let worst = group.examples.map { "\($0.timing)\(text($0.labels))" }
        return "\(group.count) timings are abnormal at once, the worst \(worst.joined(separator: ", "))"
    }

    static func name(_ statistic: Statistic) -> String {
        switch statistic {
        case .stddev: "standard deviation"
        case .p50, .p95, .p99, .mean, .rate: statistic.rawValue
        }
    }

    private static func text(_ labels: LabelSet) -> String {
        guard !labels.labels.isEmpty else { return "" }
        let pairs = labels.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// On one line, and without the control characters that a terminal would obey.
    static func escaped(_ value: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\", "\"": text.append(contentsOf: ["\\", scalar])
            case "\n": text.append(contentsOf: ["\\", "n"])
            case _ where scalar.properties.generalCategory == .control || isLineSeparator(scalar):
                text.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    private static func isLineSeparator(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .lineSeparator || scalar.properties.generalCategory == .paragraphSeparator
    }
}
