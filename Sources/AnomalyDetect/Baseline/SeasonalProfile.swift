internal import Glibc

/// What is usual at this time of the day and of the week, beside the level.
///
/// A day has one phase an interval. What is expected at a phase is the mean of those around it, and what the highest
/// and lowest of them show passes too: what happens every day happens some minutes earlier or later. A week has
/// coarser slots, which hold how its day differs from the mean day.
struct SeasonalProfile: Sendable, Equatable {
    /// Slots of a week: 15 minutes each.
    static let weekSlots = 672
    static let phasesMax = 1_440
    /// Seconds to each side over which a phase is smoothed.
    private static let smoothing = 180.0
    /// Seconds to each side whose extremes pass.
    private static let shift = 600.0
    /// How much of a new day's difference is taken over.
    private static let dayRate = 0.25
    /// Of a week's, by the minute; a slot has 15.
    private static let weekRate = 0.2 / 15
    private static let firstWeekRate = 0.06
    /// Minutes of a slot, two weeks', whose differences count in full: they are what is to be found out.
    private static let newMinutes = 30

    /// What is expected of a day.
    struct Expected: Equatable {
        var value = 0.0
        /// By how much more, and less, passes too.
        var above = 0.0
        var below = 0.0
    }

    /// One a phase.
    var day: [Float]
    /// How many days each phase has seen, at most 255.
    var daysSeen: [UInt8]
    var week = [Float](repeating: 0, count: weekSlots)
    /// How many minutes each slot has seen, at most 255.
    var weekSeen = [UInt8](repeating: 0, count: weekSlots)
    private let smoothingReach: Int
    private let shiftReach: Int

    /// - Parameter interval: seconds between two values.
    init(interval: Double) {
        let phases = Self.phases(interval)
        day = [Float](repeating: 0, count: phases)
        daysSeen = [UInt8](repeating: 0, count: phases)
        let length = 86_400 / Double(phases)
        smoothingReach = min(Int(Self.smoothing / length), phases / 4)
        shiftReach = min(Int(Self.shift / length), phases / 4)
    }

    static func phases(_ interval: Double) -> Int {
        guard interval.isFinite, interval > 0 else { return phasesMax }
        return Int(min(max(86_400 / interval, 1), Double(phasesMax)))
    }

    func phase(_ instant: LocalInstant) -> Int { instant.secondOfDay * day.count / 86_400 }

    static func weekSlot(_ instant: LocalInstant) -> Int { instant.secondOfWeek * weekSlots / 604_800 }

    func expected(_ phase: Int) -> Expected {
        var (sum, count) = (0.0, 0.0)
        var (least, most) = (Double.infinity, -Double.infinity)
        day.withUnsafeBufferPointer { day in
            daysSeen.withUnsafeBufferPointer { seen in
                let reach = max(smoothingReach, shiftReach)
                var place = phase - reach
                if place < 0 { place += day.count }
                for distance in -reach...reach {
                    if seen[place] > 0 {
                        let value = Double(day[place])
                        if abs(distance) <= smoothingReach {
                            sum += value
                            count += 1
                        }
                        if abs(distance) <= shiftReach {
                            least = min(least, value)
                            most = max(most, value)
                        }
                    }
                    place += 1
                    if place == day.count { place = 0 }
                }
            }
        }
        guard count > 0 else { return Expected() }
        let value = sum / count
        return Expected(value: value, above: max(most - value, 0), below: max(value - least, 0))
    }

    /// By how much this slot of the week differs from the mean day.
    func weekly(_ slot: Int) -> Double { Double(week[slot]) }

    /// - Parameters:
    ///   - value: beside the level.
    ///   - reach: a difference counts as this much at most.
    mutating func learnDay(_ value: Double, phase: Int, reach: Double, weight: Double) {
        let seen = daysSeen[phase]
        if seen == 0 {
            day[phase] = Float(value)
        } else {
            let difference = value - Double(day[phase])
            let rate = max(Self.dayRate, 1 / (Double(seen) + 1))
            day[phase] += Float(rate * weight * min(max(difference, -reach), reach))
        }
        if seen < .max { daysSeen[phase] = seen + 1 }
    }

    /// - Parameter residual: beside the level, the day and the week.
    mutating func learnWeek(_ residual: Double, slot: Int, reach: Double, minutes: Double, weight: Double) {
        let seen = weekSeen[slot]
        let rate = min(minutes * (seen < 15 ? Self.firstWeekRate : Self.weekRate), 1)
        let difference = seen < Self.newMinutes ? residual : min(max(residual, -reach), reach)
        week[slot] += Float(rate * weight * difference)
        let after = Double(seen) + minutes
        weekSeen[slot] = after >= 255 ? 255 : UInt8(after.rounded(.up))
    }
}
