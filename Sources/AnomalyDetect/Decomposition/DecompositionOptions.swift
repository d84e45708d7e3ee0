/// How closely a batch decomposition follows its series. The defaults are those of STL and MSTL.
public struct DecompositionOptions: Sendable, Hashable {
    /// Over how many cycles each season is smoothed, in the order of the periods: odd, at least 3. More make a season that
    /// changes more slowly. nil: 11 for the shortest period, and 4 more for each longer one, as in MSTL.
    public var seasonalWindows: [Int]?
    /// 1 smooths each phase over the cycles by lines, as STL does, 0 by means: a season that grows or shrinks is followed
    /// less, and noise much less. nil: 0 for seasons of few cycles, see `docs/detection.md`, else 1.
    public var seasonalDegree: Int?
    /// Over how many points the trend is smoothed: odd, at least 3. nil: for each period the smallest odd number of
    /// points that lets no part of the season through, about one and a half periods (Cleveland et al. 1990, § 3).
    public var trendWindow: Int?
    /// Over how many neighbouring points of a cycle each season is averaged: odd; 1 for none, which is STL. A season of
    /// few cycles is mostly noise without; what stands out of the noise stays as sharp as it is.
    /// nil: as many as make up for the cycles that are missing, see `docs/detection.md`.
    public var phaseWindow: Int?
    /// How often at most the robust weights are found anew, from 0 (least squares) to
    /// `DecompositionLimits.robustRoundsMax`; it ends sooner when they settle.
    public var robustRounds: Int
    /// Whether lasting changes of the level are kept as steps of the trend, rather than smoothed out.
    public var findsLevelShifts: Bool

    /// Takes any numbers; `SeasonalDecomposition.fit` refuses impossible ones.
    public init(
        seasonalWindows: [Int]? = nil, seasonalDegree: Int? = nil, trendWindow: Int? = nil, phaseWindow: Int? = nil,
        robustRounds: Int = 15,
        findsLevelShifts: Bool = true
    ) {
        self.seasonalWindows = seasonalWindows
        self.seasonalDegree = seasonalDegree
        self.trendWindow = trendWindow
        self.phaseWindow = phaseWindow
        self.robustRounds = robustRounds
        self.findsLevelShifts = findsLevelShifts
    }

    /// Throws what is impossible about the options and the periods.
    func check(periods: [Int]) throws(DecompositionError) {
        guard periods.count <= DecompositionLimits.periodsMax else { throw .tooManyPeriods(periods.count) }
        for (index, period) in periods.enumerated() {
            guard (2...DecompositionLimits.pointsMax).contains(period) else { throw .periodImpossible(points: period) }
            guard !periods[..<index].contains(period) else { throw .periodRepeated(points: period) }
        }
        if let windows = seasonalWindows {
            guard windows.count == periods.count, windows.allSatisfy({ $0 >= 3 && $0.isOdd }) else {
                throw .seasonalWindowsImpossible(windows, periods: periods.count)
            }
        }
        if let degree = seasonalDegree, !(0...1).contains(degree) { throw .seasonalDegreeImpossible(degree) }
        if let window = trendWindow, window < 3 || !window.isOdd { throw .trendWindowImpossible(points: window) }
        if let window = phaseWindow, window < 1 || !window.isOdd { throw .phaseWindowImpossible(points: window) }
        guard (0...DecompositionLimits.robustRoundsMax).contains(robustRounds) else {
            throw .roundsImpossible(robustRounds)
        }
    }
}

extension Int {
    var isOdd: Bool { self & 1 == 1 }

    /// The number itself, or the next one, whichever is odd.
    var roundedUpToOdd: Int { self | 1 }
}
