/// What the values themselves are at each quarter of an hour of the week.
///
/// On Monday morning a quiet weekend ends at once: beside the last days that is an incident, beside the last Mondays it
/// is not. Everything is learned here, incidents too, so only what agrees with the mean of two weeks says something.
struct WeekCourse: Sendable, Equatable {
    static let slotCount = SeasonalProfile.weekSlots
    /// Of a minute; a slot has 15 of them a week.
    private static let rate = 0.5 / 15
    /// Minutes from which on a slot is known: more than one week has.
    private static let knownAfter: UInt8 = 20

    /// On the series' scale.
    var levels = [Float](repeating: 0, count: slotCount)
    /// Minutes that each slot has seen, at most 255.
    var seen = [UInt8](repeating: 0, count: slotCount)

    init() {}

    /// nil where it is not known.
    func level(_ slot: Int) -> Double? { seen[slot] >= Self.knownAfter ? Double(levels[slot]) : nil }

    mutating func learn(_ value: Double, slot: Int, minutes: Double) {
        let before = Double(seen[slot])
        let share = min(max(Self.rate * minutes, minutes / (before + minutes)), 1)
        levels[slot] += Float(share * (value - Double(levels[slot])))
        seen[slot] = UInt8(min(before + minutes.rounded(.up), 255))
    }
}
