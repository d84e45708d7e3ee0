import AnomalyDetect
import Telemetry

/// A rule's threshold as a PromQL expression over what the daemon exposes, without the recovery margin and the least
/// count, which PromQL has no words for.
enum AlertQuery {
    static func text(_ rule: AlertRule, threshold: Double) -> String {
        let comparison = "\(rule.direction == .above ? ">" : "<") \(threshold.shortestText)"
        switch rule.measure {
        case .learned: return "max without (statistic) (latencyd_alert_level) \(comparison)"
        case .statistic(let statistic): return "\(timings(rule, statistic)) \(comparison)"
        case .value: return "\(signals(rule)) \(comparison)"
        case .absence(let seconds): return absence(rule, seconds)
        case .increase(let seconds): return "increase(\(signals(rule))[\(PromQLDuration.text(seconds))]) \(comparison)"
        }
    }

    /// Of one timing that nobody has seen PromQL can say that it is absent; of many only that those which were there
    /// have nothing now.
    private static func absence(_ rule: AlertRule, _ seconds: Double) -> String {
        let matchers =
            [matcher("timing", rule.timing)] + rule.labels.sorted { $0.key < $1.key }.map { matcher($0.key, $0.value) }
        let rate = "latencyd_rate{\(matchers.joined(separator: ","))}"
        let window = PromQLDuration.text(seconds)
        let silent = "max_over_time(\(rate)[\(window)]) == 0"
        return rule.timing.literal == nil ? silent : "\(silent) or absent_over_time(\(rate)[\(window)])"
    }

    private static func signals(_ rule: AlertRule) -> String {
        let labels = rule.labels.sorted { $0.key < $1.key }.map { matcher($0.key, $0.value) }
        guard let name = rule.timing.literal else {
            return "{\(([matcher("__name__", rule.timing)] + labels).joined(separator: ","))}"
        }
        return labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}"
    }

    private static func timings(_ rule: AlertRule, _ statistic: Statistic) -> String {
        var matchers: [String] = []
        var metric = ""
        if statistic == .rate {
            metric = "latencyd_rate"
        } else if let unit = unit(of: rule.timing) {
            metric = "latencyd_observed_\(unit.suffix)"
        } else {
            // The timings that match may have several units, and each unit has a metric of its own.
            matchers.append("__name__=~\"latencyd_observed(_.*)?\"")
        }
        matchers.append(matcher("timing", rule.timing))
        if statistic != .rate { matchers.append("statistic=\"\(statistic.rawValue)\"") }
        matchers += rule.labels.sorted { $0.key < $1.key }.map { matcher($0.key, $0.value) }
        return "\(metric){\(matchers.joined(separator: ","))}"
    }

    /// The unit that all timings which `timing` matches have by the end of their names; nil when there is none.
    private static func unit(of timing: Glob) -> MetricUnit? {
        let units: [MetricUnit] = [.seconds, .bytes, .celsius, .hertz, .ratio]
        // The end of a pattern may look like a unit inside brackets or braces, but not without these.
        guard !timing.pattern.contains(where: { "[]{}\\".contains($0) }) else { return nil }
        return units.first { timing.pattern.hasSuffix("_\($0.suffix)") }
    }

    private static func matcher(_ name: String, _ glob: Glob) -> String {
        if let literal = glob.literal { return "\(name)=\"\(escaped(literal))\"" }
        return "\(name)=~\"\(escaped(glob.regularExpression))\""
    }

    /// For a PromQL string in double quotes, which reads escapes as Go does.
    private static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "\"": escaped.append(contentsOf: ["\\", scalar])
            case "\n": escaped.append(contentsOf: ["\\", "n"])
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

/// Times as PromQL writes them.
enum PromQLDuration {
    /// `10m`, `90s`; thousandths of a second for what is no whole number of them.
    static func text(_ seconds: Double) -> String {
        for (unit, length) in [("h", 3_600.0), ("m", 60), ("s", 1)]
        where seconds >= length && seconds.truncatingRemainder(dividingBy: length) == 0 {
            return "\((seconds / length).shortestText)\(unit)"
        }
        return "\((seconds * 1_000).rounded().shortestText)ms"
    }
}
