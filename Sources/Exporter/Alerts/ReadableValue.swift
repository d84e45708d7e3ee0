import AnomalyDetect
import Telemetry

/// Values as people say them: `212 ms`, `1.5 GiB`, `30 a second`.
enum ReadableValue {
    /// `value` in `unit`, or per second for a rate, with at most `digitsMax` digits.
    static func text(_ value: Double, _ unit: MetricUnit, _ measure: AlertMeasure, digitsMax: Int = 17) -> String {
        guard value.isFinite else { return value.shortestText }
        let number = DecimalDigits(value).rounded(to: digitsMax)
        if measure == .statistic(.rate) { return "\(number.plain) a second" }
        switch unit {
        case .seconds: return scaled(number, "s", [(0, ""), (-3, "m"), (-6, "µ"), (-9, "n")])
        case .hertz: return scaled(number, "Hz", [(9, "G"), (6, "M"), (3, "k"), (0, "")])
        case .bytes: return bytes(value, digitsMax)
        case .celsius: return "\(number.plain) °C"
        case .ratio: return scaled(number, "%", [(-2, "")])
        case .none: return number.plain
        default: return "\(number.plain) \(unit.suffix)"
        }
    }

    /// `value` beside `threshold`: three digits, or as many as it takes to tell the two apart.
    static func pair(
        _ value: Double, threshold: Double, _ unit: MetricUnit, _ measure: AlertMeasure
    ) -> (value: String, threshold: String) {
        let exact = text(threshold, unit, measure)
        let texts = (3...17).lazy.map { text(value, unit, measure, digitsMax: $0) }
        return (texts.first { $0 != exact } ?? exact, exact)
    }

    /// A value beside what was learned: `212 ms, expected 40 ms (30 ms to 55 ms), score 2.3, 6.1 σ`.
    static func text(_ learned: LearnedEvidence, _ unit: MetricUnit) -> String {
        let measure = AlertMeasure.statistic(learned.statistic)
        func text(_ value: Double) -> String { self.text(value, unit, measure, digitsMax: 3) }
        func short(_ value: Double) -> String {
            value.isFinite ? DecimalDigits(value).rounded(to: 2).plain : value.shortestText
        }
        return "\(text(learned.value)), expected \(text(learned.expected)) "
            + "(\(text(learned.lower)) to \(text(learned.upper))), score \(short(learned.score)), "
            + "\(short(learned.sigma)) σ"
    }

    /// With the first prefix that is not larger than the number, or the last.
    private static func scaled(_ number: DecimalDigits, _ unit: String, _ prefixes: [(power: Int, String)]) -> String {
        if number.digits == [0] { return "0 \(unit)" }
        guard let (power, prefix) = prefixes.first(where: { number.exponent >= $0.power }) ?? prefixes.last else {
            return "\(number.plain) \(unit)"
        }
        var shifted = number
        shifted.exponent -= power
        return "\(shifted.plain) \(prefix)\(unit)"
    }

    private static func bytes(_ value: Double, _ digitsMax: Int) -> String {
        var scaled = value
        var prefixes = ["", "Ki", "Mi", "Gi", "Ti"][...]
        while scaled.magnitude >= 1024, prefixes.count > 1 {
            scaled /= 1024
            prefixes.removeFirst()
        }
        return "\(DecimalDigits(scaled).rounded(to: digitsMax).plain) \(prefixes.first ?? "")B"
    }
}
