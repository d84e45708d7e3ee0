internal import Glibc

extension Baseline {
    func assessment(_ reading: Reading, _ scale: ValueScale) -> Assessment {
        var result = Assessment()
        let expected = reading.value - (isWeekly ? reading.weekly : reading.seasonal)
        let width = reading.bandWidth * reading.widening
        result.expected = scale.value(expected)
        result.lower = scale.value(expected - width - reading.season.below)
        result.upper = scale.value(expected + width + reading.season.above)
        let deviation = (isWeekly ? reading.weeklyDeviation : reading.seasonalDeviation) * reading.widening
        if deviation > 0 { result.sigma = (reading.value - expected) / deviation }
        widenByDeadBand(&result)
        result.score = harmless(score.score(reading.mean), reading.point.value, result.expected)
        result.level = thresholds.level(
            result.score,
            sustained: harmless(AnomalyScore.gain * reading.sustained, reading.point.value, result.expected))
        if let incident, isHeld(incident, reading, scale) { result.level = max(result.level, incident.level) }
        if let accepted = incident?.acceptedAt, accepted == lastTime { result.isLevelShift = true }
        return result
    }

    /// Whether an incident goes on although a value alone would not say so.
    private func isHeld(_ incident: Incident, _ reading: Reading, _ scale: ValueScale) -> Bool {
        guard incident.acceptedAt == nil else { return false }
        let isLastNear = incident.near + 1 >= Incident.calm && isOver(incident, reading, scale)
        let isLastUsual = incident.usual + 1 >= Incident.calm && isUsual(incident, reading)
        return !isLastNear && !isLastUsual
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
        let distance = abs(value - expected)
        return distance > band ? score : min(score, distance / band)
    }

    /// The residual beside what would be usual now, had the incident not been.
    func residualBefore(_ incident: Incident, _ season: Double, _ value: Double, _ slot: Int) -> Double {
        value - season - incident.levelBefore - course.change(from: incident.slot, to: slot)
    }

    /// Whether a value is what it usually is at this time of the week, whatever was before the incident.
    func isUsual(_ incident: Incident, _ reading: Reading) -> Bool {
        guard hasWeek, let usual = weekCourse.level(reading.weekSlot) else { return false }
        let residual = reading.value - usual
        let distance = incident.isUpward ? residual : -residual
        return distance <= Incident.distance * reading.seasonalDeviation * reading.widening
    }

    /// Whether a value is as it would have been without the incident.
    func isOver(_ incident: Incident, _ reading: Reading, _ scale: ValueScale) -> Bool {
        let residual = residualBefore(incident, reading.season.value, reading.value, reading.slot)
        let usual = scale.value(reading.value - residual)
        if abs(reading.point.value - usual) <= deadBand(usual) { return true }
        let distance = incident.isUpward ? residual : -residual
        return distance <= Incident.distance * reading.seasonalDeviation * reading.widening
    }
}
