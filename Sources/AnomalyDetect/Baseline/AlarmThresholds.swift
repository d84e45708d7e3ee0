internal import Glibc

/// From which score on a value is worth a warning or a critical alert.
///
/// How often scores of quiet series come is a property of the score, not of a series: that is what the episode rates
/// are for. It falls with a power of the score, which was measured.
struct AlarmThresholds: Sendable, Equatable {
    /// The score that quiet series exceed once a week.
    static let onceAWeek = 1.65
    /// By how much the score grows while the rate falls: from a week to a month by 1.35.
    static let exponent = 0.21
    private static let range = 1.0...20.0

    let warning: Double
    let critical: Double

    init(_ settings: BaselineSettings) {
        warning = Self.score(settings.warningsPerDay)
        critical = max(Self.score(settings.criticalsPerDay), warning)
    }

    /// - Parameter perDay: false alarms that are put up with.
    static func score(_ perDay: Double) -> Double {
        guard perDay > 0 else { return range.upperBound }
        let score = onceAWeek * pow(1 / (7 * perDay), exponent)
        return min(max(AnomalyScore.capped(score), range.lowerBound), range.upperBound)
    }

    func level(_ score: Double) -> AlertLevel {
        if score > critical { return .critical }
        if score > warning { return .warning }
        return score > 1 ? .info : .none
    }
}
