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
    /// By how much the score of a series is lowered whose day is not known.
    private static let caution = 1.5

    public internal(set) var settings: BaselineSettings
    var thresholds: AlarmThresholds
    /// The first values, until there are enough to decide on the scale.
    var opening: [Point] = []
    var scale: ValueScale?
    /// What is expected without a season; seconds-long memory of about 25 minutes.
    var level = 0.0
    /// What the level usually does over the day.
    var course = LevelCourse()
    var profile: SeasonalProfile
    var step = NaturalStep()
    var recent = RecentMedian(capacity: recentCount)
    /// Beside level and day.
    var seasonal = ResidualScorer()
    /// Beside level, day and the last half hour.
    var local = ResidualScorer()
    /// Beside level, day and week.
    var weekly = ResidualScorer()
    var score = AnomalyScore()
    var incident: Incident?
    /// Seconds that were learned from; gaps of up to an hour count as well.
    var learnedSeconds = 0.0
    var lastTime: Int64 = .min
    /// Observations behind a usual value.
    var usualCount = 0.0
    /// What was found out about the value that was assessed last, which is often learned next.
    private var last: Reading?

    struct Point: Sendable, Equatable {
        var value: Double
        var count: Double
        var instant: LocalInstant
    }

    public init(_ settings: BaselineSettings) {
        self.settings = settings
        thresholds = AlarmThresholds(settings)
        profile = SeasonalProfile(interval: settings.interval)
    }

    var days: Double { learnedSeconds / 86_400 }

    /// How much is known.
    public var state: BaselineState {
        if scale == nil { return .learning }
        if days >= Self.weeklyAfter, settings.seasons.contains(.week) { return .weekly }
        if days >= Self.dailyAfter, settings.seasons.contains(.day) { return .daily }
        return .level
    }

    /// The state that comes next, and how many seconds have to be learned from until then; nil when there is none.
    public var next: (state: BaselineState, seconds: Double)? {
        if scale == nil {
            return (.level, Double(max(Self.openingMin - opening.count, 1)) * settings.interval)
        }
        if days < Self.dailyAfter, settings.seasons.contains(.day) {
            return (.daily, Self.dailyAfter * 86_400 - learnedSeconds)
        }
        if days < Self.weeklyAfter, settings.seasons.contains(.week) {
            return (.weekly, Self.weeklyAfter * 86_400 - learnedSeconds)
        }
        return nil
    }

    /// Judges a value by what was learned before.
    ///
    /// - Parameter count: observations behind it; the fewer, the more it may deviate.
    public mutating func assess(_ value: Double, count: Double, at instant: LocalInstant) -> Assessment {
        guard let scale, value.isFinite else { return Assessment() }
        let reading = read(Point(value: value, count: count, instant: instant), scale)
        last = reading
        return assessment(reading, scale)
    }

    /// Takes a value into what is known.
    public mutating func learn(_ value: Double, count: Double, at instant: LocalInstant) {
        guard value.isFinite else { return }
        let point = Point(value: value, count: count, instant: instant)
        if opening.count < Self.openingMax, scale == nil || !opening.isEmpty { open(point) } else { take(point) }
    }

    // MARK: - Opening

    /// Keeps the first values, and decides on the scale when there are ten of them and again when there are enough.
    private mutating func open(_ point: Point) {
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
        let first = points.prefix(Self.openingMin).map { scale.scaled($0.value) }.sorted()
        fresh.level = first[first.count / 2]
        for point in points { fresh.take(point) }
        fresh.opening = points.count == Self.openingMax ? [] : points
        self = fresh
    }

    // MARK: - Reading

    /// One value taken apart.
    struct Reading: Sendable {
        var point: Point
        /// On the scale.
        var value: Double
        var phase: Int
        var slot: Int
        var weekSlot: Int
        var season: SeasonalProfile.Expected
        /// Residuals beside level and day, these and the last half hour, level, day and week.
        var seasonal: Double
        var local: Double
        var weekly: Double
        /// Standard deviations of these.
        var seasonalDeviation: Double
        var localDeviation: Double
        var weeklyDeviation: Double
        /// Distances in standard deviations in the direction that counts, less what passes.
        var seasonalSize: Double
        var localSize: Double
        var weeklySize: Double
        /// Combined, before the memory.
        var mean: Double
        /// What deviations are multiplied by because few observations are behind the value, or few values are known.
        var widening: Double
    }

    private func read(_ point: Point, _ scale: ValueScale) -> Reading {
        let value = scale.scaled(point.value)
        let phase = profile.phase(point.instant)
        let slot = point.instant.secondOfDay / 900
        let weekSlot = SeasonalProfile.weekSlot(point.instant)
        let season = usesDay ? profile.expected(phase) : SeasonalProfile.Expected()
        let seasonalResidual = value - level - season.value
        let localResidual = recent.median.map { value - season.value - $0 } ?? 0
        let weekResidual = seasonalResidual - (usesWeek ? profile.weekly(weekSlot) : 0)
        let widening = widening(point.count)
        let floor = floor(scale)
        let deviations = (
            seasonal.deviation(slot: slot, floor: floor), local.deviation(slot: slot, floor: floor),
            weekly.deviation(slot: slot, floor: floor)
        )
        var reading = Reading(
            point: point, value: value, phase: phase, slot: slot, weekSlot: weekSlot, season: season,
            seasonal: seasonalResidual, local: localResidual, weekly: weekResidual, seasonalDeviation: deviations.0,
            localDeviation: deviations.1, weeklyDeviation: deviations.2, seasonalSize: 0, localSize: 0, weeklySize: 0,
            mean: 0, widening: widening)
        // A series that never moved has no scale by which its first move could be judged.
        guard scale.isLogarithmic || step.isKnown else { return reading }
        let beforeIncident = incident.map { residualBefore($0, season.value, value, slot) }
        reading.seasonalSize = size(
            Self.nearer(seasonalResidual, beforeIncident), season, deviations.0 * widening)
        reading.localSize = size(localResidual, season, deviations.1 * widening)
        reading.weeklySize = size(Self.nearer(weekResidual, beforeIncident), season, deviations.2 * widening)
        reading.mean = mean(reading)
        return reading
    }

    private var usesDay: Bool { settings.seasons.contains(.day) && days >= 1 }
    private var usesWeek: Bool { settings.seasons.contains(.week) && days >= 1 }

    private func mean(_ reading: Reading) -> Double {
        let seasonalPart = reading.seasonalSize / seasonal.episodes.threshold
        let hasRecent = recent.count >= 5
        let localPart = hasRecent ? reading.localSize / local.episodes.threshold : seasonalPart
        let mean = AnomalyScore.mean(
            (seasonalPart, 0.8), (localPart, 1),
            (reading.weeklySize / weekly.episodes.threshold, state == .weekly ? 1 : 0))
        return state == .level ? mean / Self.caution : mean
    }

    /// The scale's least value: a hundredth of the value, or what the series' own changes say.
    private func floor(_ scale: ValueScale) -> Double {
        max(step.floor, scale.isLogarithmic ? 0.01 : 0.01 * abs(level))
    }

    private func widening(_ count: Double) -> Double {
        // Little is known of the scale in the beginning.
        let young = 1 + 30 / max(seasonal.scale.count, 1)
        let few = usualCount > count && count > 0 ? usualCount / count : 1
        return (young * few).squareRoot()
    }

    private static func nearer(_ first: Double, _ second: Double?) -> Double {
        guard let second, abs(second) < abs(first) else { return first }
        return second
    }

    /// A residual in standard deviations, less what passes because neighbouring phases show it.
    private func size(_ residual: Double, _ season: SeasonalProfile.Expected, _ deviation: Double) -> Double {
        let beyond = residual > 0 ? max(residual - season.above, 0) : min(residual + season.below, 0)
        switch settings.direction {
        case .up: guard beyond > 0 else { return 0 }
        case .down: guard beyond < 0 else { return 0 }
        case .both: break
        }
        return ResidualScorer.size(beyond, deviation)
    }

    // MARK: - Assessing

    private func assessment(_ reading: Reading, _ scale: ValueScale) -> Assessment {
        var result = Assessment()
        let isWeekly = state == .weekly
        let expected = reading.value - (isWeekly ? reading.weekly : reading.seasonal)
        let width = bandWidth(reading, isWeekly)
        result.expected = scale.value(expected)
        result.lower = scale.value(expected - width - reading.season.below)
        result.upper = scale.value(expected + width + reading.season.above)
        let deviation = (isWeekly ? reading.weeklyDeviation : reading.seasonalDeviation) * reading.widening
        if deviation > 0 { result.sigma = (reading.value - expected) / deviation }
        widenByDeadBand(&result)
        result.score = harmless(score.score(reading.mean), reading.point.value, result.expected)
        result.level = thresholds.level(result.score)
        if let incident, incident.acceptedAt == nil, !incident.isOver(deviationBefore(incident, reading)) {
            result.level = max(result.level, incident.level)
        }
        if let accepted = incident?.acceptedAt, accepted == lastTime { result.isLevelShift = true }
        return result
    }

    /// By how much a value may differ from what is expected before its score is 1.
    private func bandWidth(_ reading: Reading, _ isWeekly: Bool) -> Double {
        let parts = [
            (reading.seasonalDeviation * seasonal.episodes.threshold, 0.8),
            (reading.localDeviation * local.episodes.threshold, 1),
            (reading.weeklyDeviation * weekly.episodes.threshold, isWeekly ? 1 : 0),
        ]
        var (sum, weights) = (0.0, 0.0)
        for (width, weight) in parts where weight > 0 && width > 0 {
            sum += weight * log(width)
            weights += weight
        }
        guard weights > 0 else { return 0 }
        let caution = state == .level ? Self.caution : 1
        return exp(sum / weights) * reading.widening * caution / AnomalyScore.gain
    }

    private func deadBand(_ expected: Double) -> Double {
        max(settings.absoluteDeadBand, settings.relativeDeadBand * abs(expected))
    }

    private func widenByDeadBand(_ result: inout Assessment) {
        let band = deadBand(result.expected)
        guard band > 0 else { return }
        result.lower = min(result.lower, result.expected - band)
        result.upper = max(result.upper, result.expected + band)
    }

    /// The score of a value within the dead band stays below 1.
    private func harmless(_ score: Double, _ value: Double, _ expected: Double) -> Double {
        let band = deadBand(expected)
        guard band > 0 else { return score }
        return min(score, max(abs(value - expected) / band, 0) * (abs(value - expected) > band ? .infinity : 1))
    }

    /// The residual beside what would be usual now, had the incident not been.
    private func residualBefore(_ incident: Incident, _ season: Double, _ value: Double, _ slot: Int) -> Double {
        value - season - incident.levelBefore - course.change(from: incident.slot, to: slot)
    }

    private func deviationBefore(_ incident: Incident, _ reading: Reading) -> Double {
        let residual = residualBefore(incident, reading.season.value, reading.value, reading.slot)
        guard reading.seasonalDeviation > 0 else { return residual == 0 ? 0 : residual > 0 ? .infinity : -.infinity }
        return residual / (reading.seasonalDeviation * reading.widening)
    }

    // MARK: - Learning

    private mutating func take(_ point: Point) {
        guard let scale else { return }
        let reading: Reading
        if let last, last.point == point { reading = last } else { reading = read(point, scale) }
        last = nil
        let minutes = elapsedMinutes(point.instant.unix)
        let weight = usualCount > 0 ? min(point.count / usualCount, 1) : 1
        let assessed = assessment(reading, scale)
        addEpisodes(reading, point.instant.unix)
        learnSeason(reading, minutes, weight)
        learnLevel(reading, minutes, weight)
        seasonal.scale.add(reading.seasonal, slot: reading.slot, minutes: minutes, weight: weight)
        local.scale.add(reading.local, slot: reading.slot, minutes: minutes, weight: weight)
        weekly.scale.add(reading.weekly, slot: reading.slot, minutes: minutes, weight: weight)
        step.add(reading.value, minutes: minutes)
        recent.add(reading.value - reading.season.value)
        score.add(reading.mean)
        usualCount += (usualCount == 0 ? 1 : 0.01) * (point.count - usualCount)
        follow(assessed, reading, point.instant.unix)
        pass(point.instant.unix, minutes)
    }

    /// Minutes since the last value; a quarter of an hour at most, and those between two values where clocks went back.
    private func elapsedMinutes(_ time: Int64) -> Double {
        let usual = min(max(settings.interval, 1), 900) / 60
        guard lastTime != .min, time > lastTime else { return usual }
        return min(Double(time - lastTime) / 60, 15)
    }

    private mutating func addEpisodes(_ reading: Reading, _ time: Int64) {
        guard seasonal.scale.isKnown else { return }
        seasonal.episodes.add(reading.seasonalSize, at: time)
        local.episodes.add(reading.localSize, at: time)
        weekly.episodes.add(reading.weeklySize, at: time)
    }

    private mutating func learnSeason(_ reading: Reading, _ minutes: Double, _ weight: Double) {
        if settings.seasons.contains(.day) {
            profile.learnDay(
                reading.value - level, phase: reading.phase,
                reach: days < 1 ? .infinity : 5 * reading.seasonalDeviation, weight: weight)
        }
        if usesWeek {
            profile.learnWeek(
                reading.weekly, slot: reading.weekSlot, reach: 5 * reading.weeklyDeviation, minutes: minutes,
                weight: weight)
        }
    }

    private mutating func learnLevel(_ reading: Reading, _ minutes: Double, _ weight: Double) {
        var rate = min(0.04 * minutes, 0.5)
        var difference = reading.seasonal
        if seasonal.scale.isKnown {
            let reach = 2 * reading.seasonalDeviation
            difference = min(max(difference, -reach), reach)
        } else {
            rate = max(rate, 1 / (seasonal.scale.count + 1))
        }
        level += rate * weight * difference
        if incident == nil { course.learn(level, slot: reading.slot, minutes: minutes) }
    }

    private mutating func pass(_ time: Int64, _ minutes: Double) {
        learnedSeconds += lastTime == .min ? settings.interval : min(minutes * 60, 3_600)
        if lastTime != .min, time > lastTime,
            Double(time - lastTime) > Double(Self.recentCount) * max(settings.interval, 60)
        {
            recent.clear()
        }
        lastTime = time
    }

    /// Begins, holds and ends incidents.
    private mutating func follow(_ assessed: Assessment, _ reading: Reading, _ time: Int64) {
        guard var current = incident else {
            guard assessed.level >= .warning else { return }
            incident = Incident(
                levelBefore: reading.value - reading.season.value - reading.seasonal, isUpward: reading.seasonal > 0,
                since: time, slot: reading.slot, level: assessed.level)
            return
        }
        defer { incident = incident == nil ? nil : current }
        current.near = current.isOver(deviationBefore(current, reading)) ? current.near + 1 : 0
        if current.acceptedAt == nil { current.level = max(current.level, assessed.level) }
        if current.near >= Incident.calm {
            level = current.levelBefore + course.change(from: current.slot, to: reading.slot)
            incident = nil
        } else if let accepted = current.acceptedAt {
            if time - accepted > Incident.memory || time < accepted { incident = nil }
        } else if time - current.since > Incident.lasting || time < current.since {
            current.acceptedAt = time
            if let median = recent.median { level = median }
        }
    }
}
