/// A stretch of abnormal values: begun by an alarm, over when values are again as they were before it.
///
/// Scores follow the recent level and thus fall while a series stays slow. An incident keeps the level from before: it
/// holds the alarm for as long as values are far from it, and it knows a return to normal for what it is. What lasts
/// is the new normal.
struct Incident: Sendable, Equatable {
    /// Deviations from the level before that are not over yet.
    static let distance = 3.0
    /// Values in a row that end it.
    static let calm = 3
    /// Seconds until it is the new normal.
    static let lasting: Int64 = 6 * 3_600
    /// Seconds for which the old normal is known after that.
    static let memory: Int64 = 24 * 3_600
    /// Seconds after which one that nobody was told of is forgotten: its return would be the return from a new normal.
    static let silentMax: Int64 = 4 * 3_600

    /// The level that was expected before.
    let levelBefore: Double
    let isUpward: Bool
    var since: Int64
    /// The time of the day at which it began.
    let slot: Int
    /// What is held.
    var level: AlertLevel
    /// Values in a row that were near the level before.
    var near = 0
    /// Values in a row that were usual for their time of the week.
    var usual = 0
    /// When it became the new normal.
    var acceptedAt: Int64?
}
