internal import Glibc

/// What is normal for one statistic of one series at this minute, and how far a value is from it.
///
/// The value is taken apart, on a logarithmic scale where it can be, into a level, the usual course of the day and of
/// the week, and a residual. Three residuals are judged, each beside its own scale and beside how often the series has
/// such: beside level and day, beside these and the last half hour, and beside level, day and week. `docs/detection.md`
/// has the formulas and where the constants come from.
///
/// Every value is judged by those before it alone. Both take constant time and no memory.
public struct Baseline: Sendable {
    /// Values without which nothing is said: ten minutes.
    static let openingMin = 10
    /// Values that are kept until the scale is decided for good.
    static let openingMax = 120
    /// Values whose median is the recent level.
    static let recentCount = 30
    /// Days until the daily and the weekly course count.
    static let dailyAfter = 2.0
    static let weeklyAfter = 14.0
    /// By how much thresholds are higher for a series whose day is not known.
    static let caution = 1.5
    /// How much of a residual the level takes over, a minute: it remembers 25.
    static let levelRate = 0.04
    /// Standard deviations that a residual counts as at most: for the level, and for the seasons.
    static let levelReach = 2.0
    static let seasonReach = 5.0

    public let settings: BaselineSettings
    let thresholds: AlarmThresholds
    /// Seconds between two points; a minute where the settings name none that can be.
    let interval: Double
    let hasDay: Bool
    let hasWeek: Bool
    /// The first values, until there are enough to decide on the scale.
    var opening: [Point] = []
    var scale: ValueScale?
    /// What is expected without a season, as it was over the last half hour.
    var level = 0.0
    /// What the level usually does over the day.
    var course = LevelCourse()
    /// What values usually are over the week.
    var weekCourse = WeekCourse()
    var profile: SeasonalProfile
    var step = NaturalStep()
    var recent = RecentMedian(capacity: recentCount)
    /// Beside level and day.
    var seasonal = ResidualScorer()
    /// Beside level, day and the last half hour.
    var local = ResidualScorer()
    /// Beside level, day and week.
    var weekly = ResidualScorer()
    /// Five of the first two kinds together.
    var sustainedSeasonal = SustainedScorer()
    var sustainedLocal = SustainedScorer()
    var score = AnomalyScore()
    var incident: Incident?
    /// Seconds that were learned from; of a gap a quarter of an hour counts.
    var learnedSeconds = 0.0
    var lastTime: Int64 = .min
    /// Observations behind a usual value.
    var usualCount = 0.0
    /// What was found out about the value that was assessed last, which is often learned next.
    var last: (reading: Reading, assessment: Assessment)?
    /// What holds for a time of the day until the next value is learned.
    var outlook: Outlook?

    struct Point: Sendable, Equatable {
        var value: Double
        var count: Double
        var instant: LocalInstant
    }

    public init(_ settings: BaselineSettings) {
        self.settings = settings
        thresholds = AlarmThresholds(settings)
        hasDay = settings.seasons.contains(.day)
        hasWeek = settings.seasons.contains(.week)
        interval = settings.interval >= 1 && settings.interval <= 86_400 ? settings.interval : 60
        profile = SeasonalProfile(interval: interval)
    }

    /// Larger numbers would not fit what is kept of the seasons.
    static func isUsable(_ value: Double) -> Bool { abs(value) <= 1e30 }

    static func usable(_ count: Double) -> Double { count > 0 ? min(count, 1e15) : 0 }

    var days: Double { learnedSeconds / 86_400 }

    /// How much is known.
    public var state: BaselineState {
        if scale == nil { return .learning }
        if days >= Self.weeklyAfter, hasWeek { return .weekly }
        if days >= Self.dailyAfter, hasDay { return .daily }
        return .level
    }

    /// The state that comes next, and how many seconds have to be learned from until then; nil when there is none.
    public var next: (state: BaselineState, seconds: Double)? {
        if scale == nil {
            return (.level, Double(max(Self.openingMin - opening.count, 1)) * interval)
        }
        if days < Self.dailyAfter, hasDay {
            return (.daily, Self.dailyAfter * 86_400 - learnedSeconds)
        }
        if days < Self.weeklyAfter, hasWeek {
            return (.weekly, Self.weeklyAfter * 86_400 - learnedSeconds)
        }
        return nil
    }

    /// Judges a value by what was learned before.
    ///
    /// - Parameter count: observations behind it; the fewer, the more it may deviate.
    public mutating func assess(_ value: Double, count: Double, at instant: LocalInstant) -> Assessment {
        guard let scale, Self.isUsable(value), LocalInstant.range.contains(instant.unix) else { return Assessment() }
        let reading = read(Point(value: value, count: Self.usable(count), instant: instant), scale)
        let assessment = assessment(reading, scale)
        last = (reading, assessment)
        return assessment
    }

    /// Takes a value into what is known.
    public mutating func learn(_ value: Double, count: Double, at instant: LocalInstant) {
        guard Self.isUsable(value), LocalInstant.range.contains(instant.unix) else { return }
        let point = Point(value: value, count: Self.usable(count), instant: instant)
        if opening.count < Self.openingMax, scale == nil || !opening.isEmpty { open(point) } else { take(point) }
    }

    // MARK: - Opening

    /// Keeps the first values, and decides on the scale when there are ten of them and again when there are enough.
    private mutating func open(_ point: Point) {
        if opening.count == Self.openingMin, opening.allSatisfy({ $0.value == 0 }) {
            // What has not begun yet says nothing about the scale of what will come.
            opening.removeFirst()
            opening.append(point)
            take(point)
            return
        }
        opening.append(point)
        if opening.count == Self.openingMin || opening.count == Self.openingMax {
            begin(opening)
        } else if scale != nil {
            take(point)
        }
    }

    private mutating func begin(_ points: [Point]) {
        let scale = ValueScale(points.map(\.value))
        var fresh = Baseline(settings)
        fresh.scale = scale
        let first = points.map { scale.scaled($0.value) }.sorted()
        fresh.level = first[first.count / 2]
        for point in points { fresh.take(point) }
        // What was strange beside the first of them is not beside all.
        fresh.incident = nil
        fresh.opening = points.count == Self.openingMax ? [] : points
        self = fresh
    }
}
