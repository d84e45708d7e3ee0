extension Baseline {
    mutating func take(_ point: Point) {
        guard let scale else { return }
        let reading: Reading
        let assessed: Assessment
        if let last, last.reading.point == point {
            (reading, assessed) = last
        } else {
            reading = read(point, scale)
            assessed = assessment(reading, scale)
        }
        (last, outlook) = (nil, nil)
        let minutes = elapsedMinutes(point.instant.unix)
        let weight = usualCount > 0 ? min(point.count / usualCount, 1) : 1
        addEpisodes(reading, minutes, point.instant.unix)
        learnSeason(reading, minutes, weight)
        learnLevel(reading, minutes, weight)
        seasonal.scale.add(
            reading.seasonal, slot: reading.slot, floor: reading.floor, minutes: minutes, weight: weight)
        local.scale.add(
            reading.local, slot: reading.slot, floor: reading.floor, minutes: minutes, weight: weight)
        weekly.scale.add(
            reading.weekly, slot: reading.slot, floor: reading.floor, minutes: minutes, weight: weight)
        if assessed.level < .warning { step.add(reading.value, minutes: minutes) } else { step.skip(reading.value) }
        if isAfterGap(point.instant.unix) { recent.clear() }
        recent.add(reading.value - reading.season.value)
        score.add(reading.mean)
        usualCount += (usualCount == 0 ? 1 : 0.01) * (point.count - usualCount)
        follow(assessed, reading, scale)
        pass(point.instant.unix, minutes)
    }

    /// Minutes since the last value; of a gap a quarter of an hour, and those between two values where clocks went back.
    private func elapsedMinutes(_ time: Int64) -> Double {
        let usual = interval / 60
        guard lastTime != .min, time > lastTime else { return usual }
        return min(Double(time - lastTime) / 60, max(usual, 15))
    }

    private mutating func addEpisodes(_ reading: Reading, _ minutes: Double, _ time: Int64) {
        guard seasonal.scale.isKnown else { return }
        seasonal.episodes.add(reading.seasonalSize, at: time)
        local.episodes.add(reading.localSize, at: time)
        weekly.episodes.add(reading.weeklySize, at: time)
        sustainedSeasonal.add(reading.seasonalRatio, size: reading.seasonalFive, minutes: minutes, at: time)
        sustainedLocal.add(reading.localRatio, size: reading.localFive, minutes: minutes, at: time)
    }

    private mutating func learnSeason(_ reading: Reading, _ minutes: Double, _ weight: Double) {
        if hasDay {
            profile.learnDay(
                reading.value - level, phase: reading.phase,
                reach: days < 1 ? .infinity : Self.seasonReach * reading.seasonalDeviation, weight: weight)
        }
        if usesWeek {
            profile.learnWeek(
                reading.weekly, slot: reading.weekSlot, reach: Self.seasonReach * reading.weeklyDeviation,
                minutes: minutes,
                weight: weight)
        }
    }

    private mutating func learnLevel(_ reading: Reading, _ minutes: Double, _ weight: Double) {
        var rate = min(Self.levelRate * minutes, 0.5)
        if !seasonal.scale.isKnown { rate = max(rate, 1 / (seasonal.scale.count + 1)) }
        var difference = reading.seasonal
        if seasonal.scale.count >= ResidualScale.clipAfter {
            let reach = Self.levelReach * reading.seasonalDeviation
            difference = min(max(difference, -reach), reach)
        }
        level += rate * weight * difference
        if incident == nil { course.learn(level, slot: reading.slot, minutes: minutes) }
        if hasWeek { weekCourse.learn(reading.value, slot: reading.weekSlot, minutes: minutes) }
    }

    private mutating func pass(_ time: Int64, _ minutes: Double) {
        learnedSeconds += minutes * 60
        lastTime = time
    }

    /// Begins, holds and ends incidents.
    private mutating func follow(_ assessed: Assessment, _ reading: Reading, _ scale: ValueScale) {
        let time = reading.point.instant.unix
        guard var current = incident else {
            guard assessed.level >= .warning || isSilent(reading) else { return }
            incident = Incident(
                levelBefore: reading.value - reading.season.value - reading.seasonal, isUpward: reading.seasonal > 0,
                since: time, slot: reading.slot, level: assessed.level)
            return
        }
        defer { incident = incident == nil ? nil : current }
        // Where clocks went back, the incident is as old as what is left of it.
        current.since = min(current.since, time)
        current.near = isOver(current, reading, scale) ? current.near + 1 : 0
        current.usual = isUsual(current, reading) ? current.usual + 1 : 0
        if current.acceptedAt == nil { current.level = max(current.level, assessed.level) }
        if current.near >= Incident.calm {
            level = current.levelBefore + course.change(from: current.slot, to: reading.slot)
            // The last half hour was another series.
            recent.clear()
            incident = nil
        } else if current.usual >= Incident.calm, current.acceptedAt == nil {
            // The level from before is no measure for this time of the week; the present one is right.
            incident = nil
        } else if let accepted = current.acceptedAt {
            if time - accepted > Incident.memory || time < accepted { incident = nil }
        } else if current.level == .none, time - current.since > Incident.silentMax {
            incident = nil
        } else if time - current.since > Incident.lasting {
            current.acceptedAt = time
            if let median = recent.median { level = median }
        }
    }

    /// Whether a value is far off in the direction that nobody minds: its return is to be known as one.
    private func isSilent(_ reading: Reading) -> Bool {
        guard settings.direction != .both, reading.mean == 0 else { return false }
        return abs(reading.seasonalRatio) > seasonal.episodes.threshold
            && abs(reading.localRatio) > local.episodes.threshold
    }
}
