/// For the database: what is known as bytes, at most 32 KiB.
extension Baseline {
    private static let version: UInt8 = 2

    public func encoded() -> [UInt8] {
        var writer = BaselineWriter()
        writer.add(Self.version)
        writer.add(interval)
        writer.add(UInt8(opening.count))
        for point in opening {
            writer.add(point.value)
            writer.add(point.count)
            writer.add(point.instant.unix)
            writer.add(point.instant.offset)
        }
        writer.add(scale?.knee ?? -1)
        for number in [level, learnedSeconds, usualCount] { writer.add(number) }
        writer.add(lastTime)
        writer.add(recent.ordered)
        writer.add(score.memory)
        course.encode(&writer)
        weekCourse.encode(&writer)
        step.encode(&writer)
        profile.encode(&writer)
        for scorer in [seasonal, local, weekly] { scorer.encode(&writer) }
        for scorer in [sustainedSeasonal, sustainedLocal] { scorer.encode(&writer) }
        Incident.encode(incident, &writer)
        return writer.bytes
    }

    /// nil for bytes of another version, of another interval, or that are none of a baseline.
    public init?(decoding bytes: [UInt8], settings: BaselineSettings) {
        self.init(settings)
        var reader = BaselineReader(bytes)
        guard reader.integer(UInt8.self) == Self.version, reader.number() == interval,
            let opening = Self.opening(&reader), let knee = reader.number(), let level = reader.number(),
            let seconds = reader.number(in: 0...1e12),
            let usual = reader.number(in: 0...1e300), let lastTime = reader.timeOrNone(),
            let recent = reader.numbers(atMost: Self.recentCount), let memory = reader.numbers(atMost: 8),
            let course = LevelCourse(&reader), let weekCourse = WeekCourse(&reader), let step = NaturalStep(&reader),
            let profile = SeasonalProfile(&reader, interval: interval),
            let seasonal = ResidualScorer(&reader), let local = ResidualScorer(&reader),
            let weekly = ResidualScorer(&reader), let sustainedSeasonal = SustainedScorer(&reader),
            let sustainedLocal = SustainedScorer(&reader), let incident = Incident.decode(&reader), reader.isAtEnd,
            // Whoever has enough values for a scale has one.
            knee >= 0 || opening.count < Self.openingMin
        else { return nil }
        self.opening = opening
        scale = knee >= 0 ? ValueScale(knee: knee) : nil
        (self.level, learnedSeconds, usualCount) = (level, seconds, usual)
        self.lastTime = lastTime
        for value in recent { self.recent.add(value) }
        score = AnomalyScore(memory: memory)
        (self.course, self.weekCourse, self.step, self.profile) = (course, weekCourse, step, profile)
        (self.seasonal, self.local, self.weekly) = (seasonal, local, weekly)
        (self.sustainedSeasonal, self.sustainedLocal) = (sustainedSeasonal, sustainedLocal)
        self.incident = incident
    }

    private static func opening(_ reader: inout BaselineReader) -> [Point]? {
        guard let count = reader.integer(UInt8.self), count < openingMax else { return nil }
        var points: [Point] = []
        for _ in 0..<count {
            guard let value = reader.number(), isUsable(value), let count = reader.number(), let unix = reader.time(),
                let offset = reader.integer(Int32.self)
            else { return nil }
            points.append(Point(value: value, count: usable(count), instant: LocalInstant(unix: unix, offset: offset)))
        }
        return points
    }
}

extension NaturalStep {
    func encode(_ writer: inout BaselineWriter) {
        for number in [meanLog, changes, stillShare, steps] { writer.add(number) }
        writer.add(last.isFinite ? 1 : UInt8(0))
        writer.add(last.isFinite ? last : 0)
    }

    init?(_ reader: inout BaselineReader) {
        self.init()
        guard let meanLog = reader.number(in: -700...700), let changes = reader.number(in: 0...1e15),
            let stillShare = reader.number(in: 0...1), let steps = reader.number(in: 0...1e15),
            let hasLast = reader.integer(UInt8.self), let last = reader.number()
        else { return nil }
        (self.meanLog, self.changes, self.stillShare, self.steps) = (meanLog, changes, stillShare, steps)
        if hasLast == 1 { self.last = last }
    }
}

extension LevelCourse {
    func encode(_ writer: inout BaselineWriter) {
        writer.add(levels)
        writer.add(seen)
    }

    init?(_ reader: inout BaselineReader) {
        self.init()
        guard let levels = reader.floats(Self.slotCount), let seen = reader.octets(Self.slotCount) else { return nil }
        (self.levels, self.seen) = (levels, seen)
    }
}

extension WeekCourse {
    func encode(_ writer: inout BaselineWriter) {
        writer.add(levels)
        writer.add(seen)
    }

    init?(_ reader: inout BaselineReader) {
        self.init()
        guard let levels = reader.floats(Self.slotCount), let seen = reader.octets(Self.slotCount) else { return nil }
        (self.levels, self.seen) = (levels, seen)
    }
}

extension SeasonalProfile {
    func encode(_ writer: inout BaselineWriter) {
        writer.add(day)
        writer.add(daysSeen)
        writer.add(week)
        writer.add(weekSeen)
    }

    init?(_ reader: inout BaselineReader, interval: Double) {
        self.init(interval: interval)
        guard let day = reader.floats(day.count), let daysSeen = reader.octets(daysSeen.count),
            let week = reader.floats(Self.weekSlots), let weekSeen = reader.octets(Self.weekSlots)
        else { return nil }
        (self.day, self.daysSeen, self.week, self.weekSeen) = (day, daysSeen, week, weekSeen)
    }
}

extension ResidualScorer {
    func encode(_ writer: inout BaselineWriter) {
        writer.add(scale.mean)
        writer.add(scale.count)
        writer.add(scale.slots)
        episodes.encode(&writer)
    }

    init?(_ reader: inout BaselineReader) {
        self.init()
        guard let mean = reader.number(in: 0...1e300), let count = reader.number(in: 0...1e15),
            let slots = reader.floats(ResidualScale.slotCount), slots.allSatisfy({ $0 >= 0 }),
            episodes.decode(&reader)
        else { return nil }
        (scale.mean, scale.count, scale.slots) = (mean, count, slots)
    }
}

extension SustainedScorer {
    func encode(_ writer: inout BaselineWriter) {
        for place in recent.indices { writer.add(recent[place]) }
        writer.add(mean)
        writer.add(count)
        episodes.encode(&writer)
    }

    init?(_ reader: inout BaselineReader) {
        self.init()
        for place in recent.indices {
            guard let ratio = reader.number() else { return nil }
            recent[place] = ratio
        }
        guard let mean = reader.number(in: 0...1e300), let count = reader.number(in: 0...1e15),
            episodes.decode(&reader)
        else { return nil }
        (self.mean, self.count) = (mean, count)
    }
}

extension EpisodeRate {
    func encode(_ writer: inout BaselineWriter) {
        writer.add(bins)
        writer.add(days)
        writer.add(peak)
        writer.add(lastExceeded)
        writer.add(lastTime)
    }

    /// False, with nothing changed, for what cannot be.
    mutating func decode(_ reader: inout BaselineReader) -> Bool {
        guard let bins = reader.floats(Self.binCount), bins.allSatisfy({ $0 >= 0 }),
            let days = reader.number(in: 0...1e6), let peak = reader.number(in: 0...1e300),
            peak == 0 || peak >= Self.floor,
            let lastExceeded = reader.timeOrNone(), let lastTime = reader.timeOrNone()
        else { return false }
        (self.bins, self.days, self.peak) = (bins, days, peak)
        (self.lastExceeded, self.lastTime) = (lastExceeded, lastTime)
        restoreThreshold()
        return true
    }
}

extension Incident {
    static func encode(_ incident: Incident?, _ writer: inout BaselineWriter) {
        guard let incident else {
            writer.add(UInt8(0))
            return
        }
        writer.add(UInt8(1))
        writer.add(incident.levelBefore)
        writer.add(incident.isUpward ? 1 : UInt8(0))
        writer.add(incident.since)
        writer.add(UInt8(incident.slot))
        writer.add(UInt8(incident.level.rawValue))
        writer.add(UInt8(min(incident.near, 255)))
        writer.add(UInt8(min(incident.usual, 255)))
        writer.add(incident.acceptedAt ?? .min)
    }

    /// nil within nil is no incident; nil alone is what cannot be read.
    static func decode(_ reader: inout BaselineReader) -> Incident?? {
        guard let has = reader.integer(UInt8.self) else { return nil }
        guard has == 1 else { return has == 0 ? .some(nil) : nil }
        guard let before = reader.number(), let isUpward = reader.integer(UInt8.self),
            let since = reader.time(),
            let slot = reader.integer(UInt8.self), slot < LevelCourse.slotCount, let level = reader.integer(UInt8.self),
            let raised = AlertLevel(rawValue: Int(level)), let near = reader.integer(UInt8.self),
            let usual = reader.integer(UInt8.self), let accepted = reader.timeOrNone()
        else { return nil }
        return Incident(
            levelBefore: before, isUpward: isUpward == 1, since: since, slot: Int(slot), level: raised, near: Int(near),
            usual: Int(usual), acceptedAt: accepted == .min ? nil : accepted)
    }
}
