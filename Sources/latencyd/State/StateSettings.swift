/// How much of the past is kept.
struct StateSettings: Sendable, Equatable {
    /// Bytes of the database with its log, at the most.
    var maxSizeBytes = 2 << 30
    /// Minutes after which a summary, an ended alert or a series that got no value is forgotten.
    var retentionMinutes: Int64 = 35 * 1_440
}
