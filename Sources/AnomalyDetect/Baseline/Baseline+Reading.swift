extension Baseline {
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
        /// The least of these.
        var floor: Double
        /// By how much it may differ from what is expected before its score is 1; before `widening`.
        var bandWidth: Double
        /// Distances in standard deviations in the direction that counts, less what passes.
        var seasonalSize = 0.0
        var localSize = 0.0
        var weeklySize = 0.0
        /// Combined, before the memory.
        var mean = 0.0
        /// Residuals in standard deviations, signed, less what passes; what five of them are worth; combined.
        var seasonalRatio = 0.0
        var localRatio = 0.0
        var seasonalFive = 0.0
        var localFive = 0.0
        var sustained = 0.0
        /// What deviations are multiplied by because few observations are behind the value, or few values are known.
        var widening: Double
    }

    mutating func read(_ point: Point, _ scale: ValueScale) -> Reading {
        let value = scale.scaled(point.value)
        let phase = profile.phase(point.instant)
        let slot = point.instant.secondOfDay / 900
        let weekSlot = SeasonalProfile.weekSlot(point.instant)
        let outlook = outlook(phase, slot, scale)
        let season = outlook.season
        let seasonalResidual = value - level - season.value
        let recentMedian = isAfterGap(point.instant.unix) ? nil : recent.median
        let localResidual = recentMedian.map { value - season.value - $0 } ?? 0
        let weekResidual = seasonalResidual - (usesWeek ? profile.weekly(weekSlot) : 0)
        let widening = widening(point.count)
        var reading = Reading(
            point: point, value: value, phase: phase, slot: slot, weekSlot: weekSlot, season: season,
            seasonal: seasonalResidual, local: localResidual, weekly: weekResidual, seasonalDeviation: outlook.seasonal,
            localDeviation: outlook.local, weeklyDeviation: outlook.weekly, floor: outlook.floor,
            bandWidth: outlook.bandWidth,
            widening: widening)
        // A series that never moved from 0 has no scale by which its first move could be judged.
        guard outlook.floor > 0 else { return reading }
        let beforeIncident = incident.map { residualBefore($0, season.value, value, slot) }
        reading.seasonalRatio = ratio(
            Self.nearer(seasonalResidual, beforeIncident), season, outlook.seasonal * widening)
        reading.localRatio = ratio(Self.nearer(localResidual, beforeIncident), season, outlook.local * widening)
        let weeklyRatio = ratio(Self.nearer(weekResidual, beforeIncident), season, outlook.weekly * widening)
        reading.seasonalSize = counted(reading.seasonalRatio)
        reading.localSize = counted(reading.localRatio)
        reading.weeklySize = counted(weeklyRatio)
        reading.mean = mean(reading)
        reading.seasonalFive = counted(sustainedSeasonal.size(reading.seasonalRatio))
        reading.localFive = counted(sustainedLocal.size(reading.localRatio))
        reading.sustained = sustained(reading)
        return reading
    }

    /// Whether what was recent is not any more.
    func isAfterGap(_ time: Int64) -> Bool {
        lastTime != .min && time > lastTime && Double(time - lastTime) > Double(Self.recentCount) * max(interval, 60)
    }

    /// What holds for a time of the day until the next value is learned; values are judged several times a minute.
    struct Outlook: Sendable {
        var phase: Int
        var slot: Int
        var season: SeasonalProfile.Expected
        /// The scale's least value: a hundredth of the value, or what the series' own changes say.
        var floor: Double
        /// Standard deviations of the residuals.
        var seasonal: Double
        var local: Double
        var weekly: Double
        var bandWidth: Double
    }

    private mutating func outlook(_ phase: Int, _ slot: Int, _ scale: ValueScale) -> Outlook {
        if let outlook, outlook.phase == phase, outlook.slot == slot { return outlook }
        let floor = max(
            step.floor(isLogarithmic: scale.isLogarithmic), scale.isLogarithmic ? 0.01 : 0.01 * abs(level))
        var found = Outlook(
            phase: phase, slot: slot, season: usesDay ? profile.expected(phase) : SeasonalProfile.Expected(),
            floor: floor, seasonal: seasonal.deviation(slot: slot, floor: floor),
            local: local.deviation(slot: slot, floor: floor), weekly: weekly.deviation(slot: slot, floor: floor),
            bandWidth: 0)
        found.bandWidth = bandWidth(found)
        outlook = found
        return found
    }

    private func bandWidth(_ outlook: Outlook) -> Double {
        let parts = (
            outlook.seasonal * seasonal.episodes.threshold, outlook.local * local.episodes.threshold,
            outlook.weekly * weekly.episodes.threshold
        )
        guard parts.0 > 0, parts.1 > 0, parts.2 > 0 else { return 0 }
        let width = AnomalyScore.weightedMean(parts.0, parts.1, isWeekly ? parts.2 : nil)
        return width * hesitation / AnomalyScore.gain
    }

    /// Whether the course of the week has a say.
    var isWeekly: Bool { state == .weekly }

    private var usesDay: Bool { hasDay && days >= 1 }
    var usesWeek: Bool { hasWeek && days >= 1 }

    private func mean(_ reading: Reading) -> Double {
        let seasonalPart = reading.seasonalSize / seasonal.episodes.threshold
        let hasRecent = recent.count >= 5 && !isAfterGap(reading.point.instant.unix)
        let localPart = hasRecent ? reading.localSize / local.episodes.threshold : seasonalPart
        let weeklyPart = isWeekly ? reading.weeklySize / weekly.episodes.threshold : nil
        return AnomalyScore.mean(seasonalPart / hesitation, localPart / hesitation, weeklyPart)
    }

    private func sustained(_ reading: Reading) -> Double {
        let parts = (
            reading.seasonalFive / sustainedSeasonal.episodes.threshold,
            reading.localFive / sustainedLocal.episodes.threshold
        )
        // Most values by far are not worth the logarithms.
        guard parts.0 * parts.1 > 0.05 else { return 0 }
        return AnomalyScore.mean(parts.0 / hesitation, parts.1 / hesitation)
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
    private func ratio(_ residual: Double, _ season: SeasonalProfile.Expected, _ deviation: Double) -> Double {
        let beyond = residual > 0 ? max(residual - season.above, 0) : min(residual + season.below, 0)
        return ResidualScorer.ratio(beyond, deviation)
    }

    /// The size of a deviation in a direction that counts.
    private func counted(_ ratio: Double) -> Double {
        switch settings.direction {
        case .up: max(ratio, 0)
        case .down: max(-ratio, 0)
        case .both: abs(ratio)
        }
    }

    /// By how much thresholds are higher while the day is not known.
    private var hesitation: Double { state == .level ? Self.caution : 1 }
}
