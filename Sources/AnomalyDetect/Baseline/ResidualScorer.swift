/// Says of one kind of residual how unusual it is: in standard deviations, and in how often this series has such.
struct ResidualScorer: Sendable, Equatable {
    /// A residual beside the scale; more than this says nothing more.
    private static let deviationMax = 1e6

    var scale = ResidualScale()
    var episodes = EpisodeRate()

    init() {}

    /// The standard deviation of the residual at a time of the day, not below `floor`.
    func deviation(slot: Int, floor: Double) -> Double { max(scale.deviation(slot), floor) }

    /// Residuals in standard deviations.
    static func size(_ residual: Double, _ deviation: Double) -> Double {
        guard residual != 0 else { return 0 }
        guard deviation > 0 else { return deviationMax }
        return min(abs(residual) / deviation, deviationMax)
    }
}
