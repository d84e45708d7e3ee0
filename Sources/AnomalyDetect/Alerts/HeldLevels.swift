/// The learned levels of alerts that go on after a restart. A part of a minute is judged with more caution than a whole
/// one, so that for the first minute a lower level is no statement.
struct HeldLevels: Sendable {
    /// How long a level is held: until the trailing minute is whole.
    static let holdSeconds = 60.0

    private var levels: [Int32: AlertLevel] = [:]
    private var begin: Instant?

    /// The level that is held for the series in `slot`; none where there is none.
    subscript(slot: Int) -> AlertLevel { levels[Int32(slot)] ?? .none }

    mutating func hold(_ level: AlertLevel, _ slot: Int, at now: Instant) {
        levels[Int32(slot)] = level
        begin = now
    }

    mutating func expire(at now: Instant) {
        guard let begin, now.hasPassed(Self.holdSeconds, since: begin) else { return }
        self = HeldLevels()
    }

    /// Whether what was learned says less now than the level that is held.
    func outweighs(_ learned: LearnedLevel?, _ slot: Int) -> Bool {
        guard let learned else { return false }
        return learned.level < self[slot]
    }
}
