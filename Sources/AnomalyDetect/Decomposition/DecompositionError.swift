/// Why a series cannot be decomposed.
public enum DecompositionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No value is a finite number, or there is none at all.
    case noValues(points: Int)
    case tooManyPoints(Int)
    case tooManyPeriods(Int)
    /// A period of fewer than 2 points, or of more than a series may have.
    case periodImpossible(points: Int)
    case periodRepeated(points: Int)
    /// There must be one window a period, each odd and from 3 on.
    case seasonalWindowsImpossible([Int], periods: Int)
    case seasonalDegreeImpossible(Int)
    case trendWindowImpossible(points: Int)
    case phaseWindowImpossible(points: Int)
    case roundsImpossible(Int)

    public var description: String {
        switch self {
        case .noValues(let points):
            "none of the \(points) points is a finite number; give at least one"
        case .tooManyPoints(let points):
            "\(points) points are more than \(DecompositionLimits.pointsMax); give the latest, or a longer interval"
        case .tooManyPeriods(let count):
            "\(count) periods are more than \(DecompositionLimits.periodsMax); give the strongest"
        case .periodImpossible(let points):
            "a period of \(points) points is impossible; give 2 to \(DecompositionLimits.pointsMax)"
        case .periodRepeated(let points):
            "the period of \(points) points is given twice; give it once"
        case .seasonalWindowsImpossible(let windows, let periods):
            "the seasonal windows \(windows) do not fit \(periods) periods; give an odd number of at least 3 for each"
        case .seasonalDegreeImpossible(let degree):
            "a seasonal degree of \(degree) is impossible; give 0 or 1"
        case .trendWindowImpossible(let points):
            "a trend window of \(points) points is impossible; give an odd number of at least 3"
        case .phaseWindowImpossible(let points):
            "a phase window of \(points) points is impossible; give an odd number of at least 1"
        case .roundsImpossible(let rounds):
            "\(rounds) robust rounds are impossible; give 0 to \(DecompositionLimits.robustRoundsMax)"
        }
    }
}

/// What a batch decomposition takes at most.
public enum DecompositionLimits {
    /// Points of a series: almost four years at one minute.
    public static let pointsMax = 2_000_000
    /// Seasons of one decomposition.
    public static let periodsMax = 4
    /// Rounds of robust weights in one fit of a season.
    public static let robustRoundsMax = 50
    /// Lasting changes of the level that are told apart in one series.
    public static let levelShiftsMax = 16
}
