internal import AnomalyDetect
internal import Telemetry

/// What fired when it was last looked at.
struct StoredFiring: Sendable, Equatable {
    /// Unix seconds.
    var seenSeconds: Double
    var alerts: [AlertContinuation]
}

/// An alert's measure as one word or two: `p99`, `value`, `increase 60.0`, `absence 300.0`, `learned`.
enum MeasureText {
    static func encode(_ measure: AlertMeasure) -> String {
        switch measure {
        case .statistic(let statistic): statistic.rawValue
        case .value: "value"
        case .increase(let seconds): "increase \(seconds)"
        case .learned: "learned"
        case .absence(let seconds): "absence \(seconds)"
        }
    }

    /// Nil for what `encode` does not write, as a later version may.
    static func decode(_ text: String) -> AlertMeasure? {
        if let statistic = Statistic(rawValue: text) { return .statistic(statistic) }
        switch text {
        case "value": return .value
        case "learned": return .learned
        default:
            let parts = text.split(separator: " ")
            guard parts.count == 2, let seconds = Double(parts[1]), seconds > 0, seconds.isFinite else { return nil }
            switch parts[0] {
            case "increase": return .increase(overSeconds: seconds)
            case "absence": return .absence(afterSeconds: seconds)
            default: return nil
            }
        }
    }
}
