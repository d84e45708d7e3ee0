/// Says of one kind of residual how unusual it is: in standard deviations, and in how often this series has such.
struct ResidualScorer: Sendable, Equatable {
    /// A residual beside the scale; more than this says nothing more.
    private static let deviationMax = 1e6

    var scale = ResidualScale()
    /// Twice a day: bursts that come more seldom are remarkable.
    var episodes = EpisodeRate(perWeek: 14)

    init() {}

    /// The standard deviation of the residual at a time of the day, not below `floor`.
    func deviation(slot: Int, floor: Double) -> Double { max(scale.deviation(slot), floor) }

    /// A residual in standard deviations.
    static func ratio(_ residual: Double, _ deviation: Double) -> Double {
        guard residual != 0 else { return 0 }
        guard deviation > 0 else { return residual > 0 ? deviationMax : -deviationMax }
        return min(max(residual / deviation, -deviationMax), deviationMax)
    }
}
