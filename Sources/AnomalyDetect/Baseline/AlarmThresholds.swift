internal import Glibc

/// From which score on a value is worth a warning or a critical alert.
///
/// How often the scores of quiet series come is a property of the score, not of a series: that is what the episode
/// rates are for. It falls exponentially with the score, which was measured on series of two kinds.
struct AlarmThresholds: Sendable, Equatable {
    /// The score that quiet series exceed less than once a week, with what is held and what is sustained.
    static let onceAWeek = 1.65
    /// By how much the score grows while the rate falls to 1/e.
    static let growth = 0.25
    private static let range = 1.0...4.0

    let warning: Double
    let critical: Double

    init(_ settings: BaselineSettings) {
        warning = Self.score(settings.warningsPerDay)
        critical = max(Self.score(settings.criticalsPerDay), warning)
    }

    /// - Parameter perDay: false alarms that are put up with.
    static func score(_ perDay: Double) -> Double {
        guard perDay > 0 else { return range.upperBound }
        return min(max(onceAWeek - growth * log(7 * perDay), range.lowerBound), range.upperBound)
    }

    /// - Parameters:
    ///   - score: of the newest value: an extreme one needs no company.
    ///   - sustained: what the last five are worth together.
    func level(_ score: Double, sustained: Double) -> AlertLevel {
        let weight = max(score, sustained)
        if weight > critical { return .critical }
        if weight > warning { return .warning }
        return score > 1 ? .info : .none
    }
}
