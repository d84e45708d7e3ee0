/// What the level usually does over the day: its mean at each quarter of an hour.
///
/// Fine phases hold what the level is too slow for. What it follows by itself is known here, for incidents that last:
/// the level from before them has to go on as it would have.
struct LevelCourse: Sendable, Equatable {
    static let slotCount = ResidualScale.slotCount
    /// Of a minute; a slot has 15 of them a day.
    private static let rate = 0.2 / 15

    var levels = [Float](repeating: 0, count: slotCount)
    /// Minutes that each slot has seen, at most 255.
    var seen = [UInt8](repeating: 0, count: slotCount)

    init() {}

    /// By how much the level usually differs between two times of the day; 0 where that is not known.
    func change(from first: Int, to second: Int) -> Double {
        guard seen[first] >= 15, seen[second] >= 15 else { return 0 }
        return Double(levels[second] - levels[first])
    }

    mutating func learn(_ level: Double, slot: Int, minutes: Double) {
        let before = Double(seen[slot])
        let share = min(max(Self.rate * minutes, minutes / (before + minutes)), 1)
        levels[slot] += Float(share * (level - Double(levels[slot])))
        seen[slot] = UInt8(min(before + minutes.rounded(.up), 255))
    }
}
